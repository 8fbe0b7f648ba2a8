package io.ostraka.server.cluster;

import io.ostraka.client.OstrakaAdmin;
import io.ostraka.client.admin.ClusterMap;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** Waits until the configuration is as it should be, told by the controller's push. */
public final class MapWatch {

    private MapWatch() {}

    /**
     * Waits for a configuration that satisfies {@code condition}, which sees each one as it comes.
     *
     * @param what is awaited, for the message of the failure
     * @throws ClusterFailure if it takes longer than {@code timeout}
     */
    public static ClusterMap await(OstrakaAdmin admin, Duration timeout, Predicate<ClusterMap> condition, String what)
            throws InterruptedException {
        CompletableFuture<ClusterMap> found = new CompletableFuture<>();
        try (OstrakaAdmin.Watch watch = admin.watch(map -> {
            if (condition.test(map)) {
                found.complete(map);
            }
        })) {
            return found.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new ClusterFailure("waited " + timeout.toSeconds() + " s in vain for the " + what, e);
        } catch (ExecutionException e) {
            throw new ClusterFailure("cannot follow the configuration: " + e.getMessage(), e);
        }
    }
}
