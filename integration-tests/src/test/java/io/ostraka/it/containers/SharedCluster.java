package io.ostraka.it.containers;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives test classes one cluster under load: it is started for the first of them, whole again after each test, and
 * removed after the last class of a suite. After a test that failed, whose damage may have stayed, the next one gets
 * another cluster. Where there is no engine the classes are skipped.
 */
final class SharedCluster implements BeforeAllCallback, AfterEachCallback, ParameterResolver {

    private static final Namespace NAMESPACE = Namespace.create(SharedCluster.class);

    /** What the tests share; closed by the store that it is in. */
    private record Shared(UnlikeMachines machines, ClusterUnderLoad load) implements AutoCloseable {

        static Shared start() throws IOException, InterruptedException {
            UnlikeMachines machines = UnlikeMachines.make();
            try {
                return new Shared(
                        machines,
                        ClusterUnderLoad.start(cluster ->
                                cluster.image(UpgradeInContainers.PREVIOUS).refine(machines::refine)));
            } catch (IOException | InterruptedException | RuntimeException e) {
                machines.close();
                throw e;
            }
        }

        @Override
        public void close() throws IOException, InterruptedException {
            load.close();
            machines.close();
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        Engine.assumeThere();
        started(context);
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        Shared shared = started(context);
        if (context.getExecutionException().isPresent()) {
            store(context).remove(Shared.class);
            shared.close();
        } else {
            shared.load().cluster().awaitServing();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == ClusterUnderLoad.class || type == UnlikeMachines.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Shared shared = started(context);
        return parameter.getParameter().getType() == ClusterUnderLoad.class ? shared.load() : shared.machines();
    }

    /** A cluster that did not start is not tried again: the classes that follow fail at once, for the same reason. */
    private static Shared started(ExtensionContext context) {
        Store store = store(context);
        @Nullable Exception failure = store.get(Exception.class, Exception.class);
        Shared running = store.get(Shared.class, Shared.class);
        if (running == null && failure == null) {
            try {
                running = Shared.start();
                store.put(Shared.class, running);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                failure = e;
            } catch (IOException | RuntimeException e) {
                failure = e;
            }
        }
        if (running == null) {
            store.put(Exception.class, failure);
            throw new IllegalStateException("the cluster in containers does not start", failure);
        }
        return running;
    }

    private static Store store(ExtensionContext context) {
        return context.getRoot().getStore(NAMESPACE);
    }
}
