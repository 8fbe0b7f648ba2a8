package io.ostraka.shardkv.migration;

import io.ostraka.proto.config.RestoreStage;
import io.ostraka.raft.core.GroupId;
import io.ostraka.shardkv.shard.GroupView;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Everything that the leader of a group does on its own: follows the configuration, claims, creates, imports, exports,
 * reports, purges, has stores compared. Made when leadership begins, from the view that then holds, and dropped when it
 * ends: nothing in it must survive, since every step that matters is in the log.
 *
 * <p>Pure: no thread, clock or I/O. Not thread-safe; events come one at a time. Every event may be lost but
 * {@link AgentEvent.Proposed}, and {@link AgentEvent.FrozenRead} and {@link AgentEvent.FrozenDigested} of a stream that
 * has not ended.
 */
public final class GroupAgent {

    private final Outbox outbox;
    private final ConfigFollower follower;
    private final Imports imports;
    private final Exports exports;
    private final Reporter reporter;
    private final Purger purger;
    private final DigestRounds digests;

    /**
     * Starts.
     *
     * @param self the group
     * @param view what the log says now, everything up to this term's first entry applied
     * @param clock the log time of this term
     * @param random draws export ids, and where comparing begins
     * @param nowNanos the monotonic clock
     */
    public GroupAgent(
            GroupId self, GroupView view, LogClock clock, AgentOptions options, RandomGenerator random, long nowNanos) {
        this.outbox = new Outbox(view, nowNanos);
        this.follower = new ConfigFollower(outbox, options);
        this.imports = new Imports(self, outbox, options, random);
        this.exports = new Exports(self, outbox, options);
        this.reporter = new Reporter(self, outbox, options);
        this.purger = new Purger(outbox, clock);
        this.digests = new DigestRounds(outbox, options.digests(), random);
    }

    /** Takes one event and returns what is to be done, in order. */
    public List<AgentAction> step(AgentEvent event, long nowNanos) {
        outbox.moveTo(nowNanos);
        switch (event) {
            case AgentEvent.Tick ignored -> drive();
            case AgentEvent.Applied applied -> {
                boolean reconfigured = applied.view().config().revision()
                        != outbox.view().config().revision();
                outbox.see(applied.view());
                if (reconfigured) {
                    drive();
                }
            }
            case AgentEvent.ConfigSeen seen -> follower.seen(seen.config());
            case AgentEvent.ConfigExtended extended -> follower.extended(extended.delta(), extended.config());
            case AgentEvent.Proposed proposed -> {
                outbox.ended(proposed.proposalId(), proposed.result());
                imports.drive();
            }
            case AgentEvent.FromImporter from -> exports.received(from.streamId(), from.request());
            case AgentEvent.ImporterGone gone -> exports.gone(gone.streamId());
            case AgentEvent.FromSource from -> imports.received(from.reply());
            case AgentEvent.SourceGone gone -> imports.sourceGone(gone.name());
            case AgentEvent.ReadyProved proved -> imports.proved(proved.name(), proved.ready());
            case AgentEvent.FrozenRead read -> exports.read(read.streamId(), read.name(), read.chunk());
            case AgentEvent.FrozenDigested digested ->
                exports.digested(digested.streamId(), digested.name(), digested.digest());
            case AgentEvent.DigestAnswered answered ->
                digests.answered(answered.replica(), answered.index(), answered.answer());
        }
        return outbox.take();
    }

    private void drive() {
        follower.follow();
        RestoreStage stage = follower.stage();
        if (outbox.view().config().hasRetired(outbox.view().group())) {
            if (stage != RestoreStage.NONE) {
                reporter.speak(stage);
            }
            return;
        }
        imports.drive();
        exports.drive();
        reporter.drive(stage);
        purger.drive();
        digests.drive();
    }
}
