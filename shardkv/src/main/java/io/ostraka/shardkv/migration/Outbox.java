package io.ostraka.shardkv.migration;

import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.shard.GroupView;
import io.ostraka.shardkv.shard.KvResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the agents of one leader share: the view, the time, the actions of this step, who waits for which proposal. */
final class Outbox {

    private final Map<Long, Consumer<@Nullable KvResult>> waiting = new HashMap<>();
    private List<AgentAction> actions = new ArrayList<>();
    private GroupView view;
    private long nowNanos;
    private long lastProposalId;

    Outbox(GroupView view, long nowNanos) {
        this.view = view;
        this.nowNanos = nowNanos;
    }

    GroupView view() {
        return view;
    }

    void see(GroupView newView) {
        view = newView;
    }

    long nowNanos() {
        return nowNanos;
    }

    void moveTo(long newNowNanos) {
        nowNanos = newNowNanos;
    }

    void add(AgentAction action) {
        actions.add(action);
    }

    /**
     * Proposes; {@code ended} gets the result, or null where there is none. Nothing is proposed that some node of the
     * cluster could not apply: who wants it asks the configuration first, and this is only the last word.
     */
    void propose(Command command, boolean protocol, Consumer<@Nullable KvResult> ended) {
        if (!view.config().allows(command)) {
            throw new IllegalStateException("not every node of the cluster knows " + command);
        }
        lastProposalId++;
        waiting.put(lastProposalId, ended);
        actions.add(new AgentAction.Propose(lastProposalId, command, protocol));
    }

    void ended(long proposalId, @Nullable KvResult result) {
        Consumer<@Nullable KvResult> waiter = waiting.remove(proposalId);
        if (waiter != null) {
            waiter.accept(result);
        }
    }

    List<AgentAction> take() {
        List<AgentAction> taken = actions;
        actions = new ArrayList<>();
        return taken;
    }
}
