package io.ostraka.client;

import io.ostraka.client.admin.Change;
import io.ostraka.client.admin.ChangeMode;
import io.ostraka.client.admin.ClusterMap;
import io.ostraka.client.admin.ClusterStatus;
import io.ostraka.client.admin.ControllerBackup;
import io.ostraka.client.admin.FormattedController;
import io.ostraka.client.admin.FoundedCluster;
import io.ostraka.client.admin.GroupSpec;
import io.ostraka.client.admin.ProcessStatus;
import io.ostraka.client.admin.RecoveryPlan;
import io.ostraka.client.admin.ResumePlan;
import io.ostraka.client.internal.ClientOptions;
import io.ostraka.client.internal.RealOstrakaAdmin;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Administration of one cluster: which groups there are, where shards should live, and how everybody is.
 *
 * <p>Thread-safe. Calls block until they are answered, at most until {@link Builder#timeout}. A change that the
 * controller refuses throws {@link RejectedException} with the reason; one that was not answered in time throws
 * {@link UnavailableException} if it certainly did not happen, and else {@link OutcomeUnknownException}.
 */
public interface OstrakaAdmin extends AutoCloseable {

    /** Starts the description of an administration client. */
    static Builder builder() {
        return new Builder();
    }

    /** Lets groups join; shards are balanced anew. */
    Change join(List<GroupSpec> groups, ChangeMode mode);

    /** Lets groups leave once they have given away what they hold. */
    Change leave(List<Long> gids, ChangeMode mode);

    /** Moves a shard to a group, and pins it there. */
    Change move(int shard, long gid, ChangeMode mode);

    /** Gives shards back to the balancer. */
    Change unpin(List<Integer> shards, ChangeMode mode);

    /** Plans the way back to an earlier configuration. */
    Change undo(long toNum, ChangeMode mode);

    /**
     * Plans to give a group up that died for good, so that its shards can go on: from a copy where there is one, else
     * empty. Changes nothing.
     *
     * @param toGid where shards go on of which nothing is left; 0: as balancing says
     */
    RecoveryPlan planRecovery(long gid, long toGid);

    /** As {@link #planRecovery}, of the group that stands in this shard's way: the one that it waits for. */
    RecoveryPlan planRecoveryOfShard(int shard, long toGid);

    /**
     * Carries a recovery out, if the configuration is still the one that it was planned on. What only the group knew is
     * lost, and the group never serves again. Make sure first that none of its nodes runs: one that runs and reaches no
     * controller may serve for a while beside the group that goes on.
     */
    Change recoverUnsafe(RecoveryPlan plan);

    /**
     * Drops a group that was given up, once every shard has gone on without it; its nodes delete what they have of it.
     */
    Change forget(long gid, ChangeMode mode);

    /** The latest configuration. */
    ClusterMap query();

    /** The desired map with this number, as long as it is kept. */
    ClusterMap query(long num);

    /**
     * Calls {@code listener} with the configuration now and after each change, on a thread of its own, until what is
     * returned is closed. A connection that breaks is made again.
     */
    Watch watch(Consumer<ClusterMap> listener);

    /** Asks every controller and every node of the map how it is; {@code withShards}: with each replica's shards. */
    ClusterStatus status(boolean withShards);

    /**
     * Asks the process at this address alone how it is; it need not be one of this client's controllers.
     *
     * @throws UnavailableException if it does not answer
     */
    ProcessStatus statusOf(String address);

    /** Lets one controller draw its ids, before the first start of a cluster. Done already, it says them again. */
    FormattedController format(String address);

    /** Formats all controllers of this client and founds a cluster of them, once for ever. */
    FoundedCluster initialise(int shards);

    /** What new controllers would need if all of these were lost. Take it often: it is small. */
    ControllerBackup backup();

    /**
     * Lets the controllers of this client, which are new and were never part of a cluster, go on for those of a cluster
     * that were all lost. Nodes and groups tell them what became of the cluster since the backup; {@link #query} shows
     * how far that is, and nothing is planned before it is done. Make sure first that no earlier controller runs.
     */
    FoundedCluster restore(ControllerBackup backup);

    /** Plans to go on with a restore without the groups that are silent. Changes nothing. */
    ResumePlan planResume();

    /**
     * Carries a resumption out, if the configuration is still the one that it was planned on. What only the silent
     * groups knew is lost, and they never serve again.
     */
    Change resumeUnsafe(ResumePlan plan);

    /** Closes the connections; calls under way fail. */
    @Override
    void close();

    /** A watch under way; closing it ends it. */
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }

    /** Describes an administration client; not thread-safe. */
    final class Builder {

        private ClientOptions options = ClientOptions.DEFAULT;

        private Builder() {}

        /**
         * Where the controllers are, as {@code host:port,host:port,…}.
         *
         * @throws IllegalArgumentException if an address is malformed
         */
        public Builder controllers(String addresses) {
            options = options.withControllers(ClientOptions.parseAddresses(addresses));
            return this;
        }

        /** How long a call may take; 10 s unless set. */
        public Builder timeout(Duration timeout) {
            options = options.withTimeoutMillis(timeout.toMillis());
            return this;
        }

        /** Where to connect for an address that the cluster names; the identity unless set. */
        public Builder addressMapping(UnaryOperator<String> mapping) {
            options = options.withAddressMapping(mapping);
            return this;
        }

        /**
         * An administration client as described. It connects when the first call is made.
         *
         * @throws IllegalArgumentException if no controller was named
         */
        public OstrakaAdmin build() {
            return new RealOstrakaAdmin(options.checked());
        }
    }
}
