package io.ostraka.proto.config;

import io.ostraka.proto.Feature;

/**
 * What holds for the whole cluster at one revision.
 *
 * @param featureLevel level that every node and every controller knows ({@link Feature}); it never falls
 */
public record ClusterTerms(int featureLevel) {

    /** Of a cluster that was founded at the first level. */
    public static final ClusterTerms FOUNDED = new ClusterTerms(Feature.BASE_LEVEL);

    /** Refuses a level that no version has with {@link IllegalArgumentException}. */
    public ClusterTerms {
        if (featureLevel < Feature.BASE_LEVEL) {
            throw new IllegalArgumentException("a cluster has feature level " + featureLevel);
        }
    }
}
