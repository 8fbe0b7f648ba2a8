package io.ostraka.testcontainers;

import io.ostraka.client.OstrakaClient;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives the tests of a class one cluster, which is started before the first and removed after the last:
 *
 * <pre>
 * &#64;RegisterExtension
 * static final OstrakaExtension OSTRAKA = OstrakaExtension.of(OstrakaCluster.builder().groups(2));
 * </pre>
 *
 * <p>Tests may take an {@link OstrakaCluster} and its shared {@link OstrakaClient} as parameters. For JUnit 5 and 6.
 */
public final class OstrakaExtension implements BeforeAllCallback, AfterAllCallback, ParameterResolver {

    private final OstrakaCluster.Builder plan;
    private @Nullable OstrakaCluster cluster;

    private OstrakaExtension(OstrakaCluster.Builder plan) {
        this.plan = plan;
    }

    /** An extension that starts such a cluster. */
    public static OstrakaExtension of(OstrakaCluster.Builder plan) {
        return new OstrakaExtension(plan);
    }

    /**
     * The cluster.
     *
     * @throws IllegalStateException before the first and after the last test of the class
     */
    public OstrakaCluster cluster() {
        OstrakaCluster running = cluster;
        if (running == null) {
            throw new IllegalStateException("the cluster runs from before the first test until after the last;"
                    + " is the extension registered in a static field?");
        }
        return running;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        cluster = plan.start();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        OstrakaCluster running = cluster;
        cluster = null;
        if (running != null) {
            running.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == OstrakaCluster.class || type == OstrakaClient.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == OstrakaCluster.class
                ? cluster()
                : cluster().client();
    }
}
