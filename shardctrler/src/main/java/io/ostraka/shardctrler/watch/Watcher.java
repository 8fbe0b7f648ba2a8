package io.ostraka.shardctrler.watch;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigDelta;
import io.ostraka.proto.config.ConfigHash;

/**
 * One follower of the configuration: what it holds, and what to send it. Nothing is queued for it: as long as it does
 * not take more, it only falls behind, and gets the whole configuration once it is too far. Used by one thread.
 */
public final class Watcher {

    private final Outlet outlet;
    private long revision;
    private ConfigHash hash;
    private boolean spoken;
    private int silentRounds;

    /** The stream to a follower. */
    public interface Outlet {

        /** Whether it takes more without queueing. */
        boolean isReady();

        /** Sends the whole configuration. */
        void whole(ClusterConfig config);

        /** Sends a change. */
        void delta(ConfigDelta delta);

        /** Sends a sign of life. */
        void keepAlive(long revision);

        /** Ends the stream, since this controller is behind what the follower holds. */
        void endBehind(long revision);

        /** Ends the stream, since the follower takes nothing. */
        void endStalled();
    }

    /** A follower that holds {@code revision} with {@code hash}; revision 0: nothing. */
    public Watcher(Outlet outlet, long revision, ConfigHash hash) {
        this.outlet = outlet;
        this.revision = revision;
        this.hash = hash;
    }

    /**
     * Sends what the follower needs and takes.
     *
     * @return false if the stream was ended
     */
    public boolean pump(ConfigFeed feed) {
        while (outlet.isReady()) {
            switch (feed.after(revision, hash)) {
                case ConfigFeed.Next.Nothing nothing -> {
                    return true;
                }
                case ConfigFeed.Next.Whole whole -> {
                    outlet.whole(whole.config());
                    sent(whole.config().revision(), whole.config().hash());
                }
                case ConfigFeed.Next.Deltas deltas -> {
                    ConfigDelta next = deltas.deltas().getFirst();
                    outlet.delta(next);
                    sent(next.revision(), next.hash());
                }
                case ConfigFeed.Next.Elsewhere elsewhere -> {
                    outlet.endBehind(elsewhere.revision());
                    return false;
                }
            }
        }
        return true;
    }

    private void sent(long newRevision, ConfigHash newHash) {
        revision = newRevision;
        hash = newHash;
        spoken = true;
    }

    /**
     * A round of signs of life: sends one if nothing else was sent since the last round.
     *
     * @param alive whether this controller may vouch for the configuration
     * @param stalledRoundsMax how many rounds a follower may take nothing before its stream is ended
     * @return false if the stream was ended
     */
    public boolean keepAlive(boolean alive, int stalledRoundsMax) {
        if (!outlet.isReady()) {
            silentRounds++;
            if (silentRounds > stalledRoundsMax) {
                outlet.endStalled();
                return false;
            }
            return true;
        }
        silentRounds = 0;
        if (!spoken && alive) {
            outlet.keepAlive(revision);
        }
        spoken = false;
        return true;
    }
}
