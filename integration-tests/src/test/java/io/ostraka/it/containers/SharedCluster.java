package io.ostraka.it.containers;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives test classes one cluster under load: it is started for the first of them, whole again after each test, and
 * removed after the last class of a suite. Where there is no engine the classes are skipped.
 */
final class SharedCluster implements BeforeAllCallback, AfterEachCallback, ParameterResolver {

    private static final Namespace NAMESPACE = Namespace.create(SharedCluster.class);

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        Engine.assumeThere();
        Store store = context.getRoot().getStore(NAMESPACE);
        if (store.get(ClusterUnderLoad.class) == null) {
            // What a store holds it closes, the newest first.
            UnlikeMachines machines = UnlikeMachines.make();
            store.put(UnlikeMachines.class, machines);
            store.put(
                    ClusterUnderLoad.class,
                    ClusterUnderLoad.start(cluster ->
                            cluster.image(UpgradeInContainers.PREVIOUS).refine(machines::refine)));
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        found(context, ClusterUnderLoad.class).cluster().awaitServing();
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == ClusterUnderLoad.class || type == UnlikeMachines.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return found(context, parameter.getParameter().getType());
    }

    private static <T> T found(ExtensionContext context, Class<T> type) {
        T found = context.getRoot().getStore(NAMESPACE).get(type, type);
        if (found == null) {
            throw new IllegalStateException("there is no " + type.getSimpleName());
        }
        return found;
    }
}
