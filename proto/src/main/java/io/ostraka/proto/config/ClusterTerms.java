package io.ostraka.proto.config;

import io.ostraka.proto.Feature;
import java.util.List;

/**
 * What holds for the whole cluster at one revision.
 *
 * @param featureLevel level that every node and every controller knows ({@link Feature}); it never falls
 * @param stage how far the controllers are, if they were restored from a backup
 * @param lost the maps that restores have lost, oldest first
 */
public record ClusterTerms(int featureLevel, RestoreStage stage, List<LostMaps> lost) {

    /** Of a cluster that was founded at the first level. */
    public static final ClusterTerms FOUNDED = new ClusterTerms(Feature.BASE_LEVEL);

    /** Copies the list; refuses a level that no version has with {@link IllegalArgumentException}. */
    public ClusterTerms {
        if (featureLevel < Feature.BASE_LEVEL) {
            throw new IllegalArgumentException("a cluster has feature level " + featureLevel);
        }
        lost = List.copyOf(lost);
    }

    /** Of a cluster whose controllers were never restored. */
    public ClusterTerms(int featureLevel) {
        this(featureLevel, RestoreStage.NONE, List.of());
    }

    /** Whether a group that joined in the map with this number may live although the controllers do not know it. */
    public boolean mayHaveLost(long num) {
        return lost.stream().anyMatch(maps -> maps.contains(num));
    }

    /** Number of the first map after the last restore; 0: there was none. */
    public long lastRestoredAt() {
        return lost.isEmpty() ? 0 : lost.get(lost.size() - 1).before();
    }

    /** Whether the controllers were ever restored from a backup. */
    boolean wereRestored() {
        return stage != RestoreStage.NONE || !lost.isEmpty();
    }

    /** The same at another feature level. */
    public ClusterTerms withFeatureLevel(int newLevel) {
        return new ClusterTerms(newLevel, stage, lost);
    }

    /** The same at another stage of a restore. */
    public ClusterTerms withStage(RestoreStage newStage) {
        return new ClusterTerms(featureLevel, newStage, lost);
    }
}
