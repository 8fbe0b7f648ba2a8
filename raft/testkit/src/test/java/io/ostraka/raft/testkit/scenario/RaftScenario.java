package io.ostraka.raft.testkit.scenario;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.EntryType;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.RaftConfig;
import io.ostraka.raft.core.RaftStatus;
import io.ostraka.raft.core.RoleKind;
import io.ostraka.raft.core.message.AppendResponse;
import io.ostraka.raft.core.message.AppendResult;
import io.ostraka.raft.runtime.host.Envelope;
import io.ostraka.raft.runtime.host.PeerMessage;
import io.ostraka.raft.runtime.host.RetainedLog;
import io.ostraka.raft.runtime.storage.LogWrite;
import io.ostraka.raft.runtime.storage.ReplicaRecovery;
import io.ostraka.raft.testkit.sim.Dice;
import io.ostraka.raft.testkit.sim.VirtualCluster;
import io.ostraka.raft.testkit.sim.Watcher;
import io.ostraka.raft.testkit.sim.Weather;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * One run of a classic scenario: a cluster, and the words in which those tests speak of it. An <i>ordinal</i> is what
 * they call an index: where a command stands among the commands of a log, from 1 on. Ostraka begins each term with a
 * no-op, which takes an index and is not counted.
 *
 * <p>A crash is a loss of power: what was not forced to the disk is gone in part. Every other seed has groups that fall
 * quiet, which no assertion may notice.
 */
@NullMarked
final class RaftScenario implements Watcher {

    /** What the classic tests take for the time that an election takes. */
    static final long ELECTION_MILLIS = 1_000;

    /** After how many commands a node makes its state durable and may cut its log, where a scenario has snapshots. */
    static final int SNAPSHOT_EVERY = 10;

    private static final RetainedLog WHOLE_LOG = new RetainedLog(1 << 30, 1 << 30);
    private static final RetainedLog SHORT_LOG = new RetainedLog(0, 500);

    private final boolean snapshots;
    private final VirtualCluster cluster;
    private final Dice dice;
    private final AppliedLogs applied;
    private final List<NodeLog> logs = new ArrayList<>();
    private final Map<Long, Attempt> attempts = new HashMap<>();
    private int nextAsked;
    private long calls;
    private long bytes;
    private long conflicts;
    private long installed;

    RaftScenario(long seed, int nodes, boolean snapshots, boolean traced) {
        this.snapshots = snapshots;
        this.applied = new AppliedLogs(nodes);
        for (int i = 0; i < nodes; i++) {
            logs.add(new NodeLog(applied));
        }
        long quietAfterNanos = seed % 2 == 0 ? TimeUnit.MILLISECONDS.toNanos(500) : 0;
        RaftConfig raft = RaftConfig.defaults()
                .withTimings(100, ELECTION_MILLIS / 2, ELECTION_MILLIS)
                .withQuietAfterNanos(quietAfterNanos);
        this.cluster = VirtualCluster.start(
                seed,
                new VirtualCluster.Shape(nodes, raft, snapshots ? SHORT_LOG : WHOLE_LOG),
                this,
                traced ? System.out::println : null);
        this.dice = cluster.dice("scenario");
    }

    // ---- what the nodes do

    @Override
    public void began(int node, ReplicaRecovery.Recovered log, LogPosition state) {
        logs.get(node).recovered(log);
        applied.restored(node, state.index());
    }

    @Override
    public void wrote(int node, LogWrite write) {
        logs.get(node).write(write);
        if (write instanceof LogWrite.Append append) {
            for (Entry entry : append.entries()) {
                Attempt attempt =
                        entry.type() == EntryType.COMMAND ? attempts.get(VirtualCluster.number(entry.payload())) : null;
                if (attempt != null && attempt.node() == node && !attempt.isAccepted()) {
                    attempt.accepted(entry.position(), logs.get(node).ordinal(entry.index()));
                }
            }
        }
    }

    @Override
    public void applied(int node, Entry entry) {
        applied.applied(node, entry);
        if (snapshots
                && entry.type() == EntryType.COMMAND
                && (applied.commandsUpTo(entry.index()) + 1) % SNAPSHOT_EVERY == 0) {
            cluster.flush(node);
        }
    }

    @Override
    public void installed(int node, LogPosition state) {
        applied.restored(node, state.index());
        installed++;
    }

    @Override
    public void sent(int from, int to, PeerMessage message, int size) {
        calls += Weather.isAnswer(message) ? 0 : 1;
        bytes += size;
        if (message instanceof Envelope envelope
                && envelope.message() instanceof AppendResponse response
                && response.result() instanceof AppendResult.Conflict) {
            conflicts++;
        }
    }

    // ---- what a scenario does to them

    int size() {
        return cluster.size();
    }

    Dice dice() {
        return dice;
    }

    void sleepMillis(long millis) {
        cluster.sleepMillis(millis);
    }

    void afterMillis(long millis, Runnable action) {
        cluster.afterMillis(millis, action);
    }

    void weather(Weather weather) {
        cluster.weather(weather);
    }

    /** Cuts nodes off; a node past the last one counts from the first on. */
    void disconnect(int... nodes) {
        for (int node : nodes) {
            cluster.disconnect(node % size());
        }
    }

    /** Joins nodes again. */
    void connect(int... nodes) {
        for (int node : nodes) {
            cluster.connect(node % size());
        }
    }

    boolean isConnected(int node) {
        return cluster.isConnected(node % size());
    }

    /** Takes nodes off the network and off the power. */
    void crash(int... nodes) {
        for (int node : nodes) {
            disconnect(node);
            cluster.losePower(node % size());
        }
    }

    /** Has nodes, which may run, begin again from what is on their disks; they are not connected by that. */
    void restart(int... nodes) {
        for (int node : nodes) {
            if (isRunning(node)) {
                crash(node);
            }
            cluster.boot(node % size());
        }
    }

    boolean isRunning(int node) {
        return cluster.isRunning(node % size());
    }

    int[] all() {
        int[] nodes = new int[size()];
        for (int i = 0; i < nodes.length; i++) {
            nodes[i] = i;
        }
        return nodes;
    }

    /** Hands a command to a node, which decides in its next turn whether it takes it; none does while it is down. */
    Attempt startLater(int node, Bytes command) {
        Attempt attempt = new Attempt(node % size(), command);
        attempts.put(cluster.propose(attempt.node(), command, attempt::answered), attempt);
        return attempt;
    }

    Attempt startLater(int node, String command) {
        return startLater(node, Bytes.utf8(command));
    }

    /** Hands a command to a node, and returns when it has taken or refused it. */
    Attempt start(int node, Bytes command) {
        Attempt attempt = startLater(node, command);
        cluster.runUntil(attempt::isDecided);
        return attempt;
    }

    Attempt start(int node, String command) {
        return start(node, Bytes.utf8(command));
    }

    Attempt start(int node, int command) {
        return start(node, Integer.toString(command));
    }

    void runUntilDecided(List<Attempt> asked) {
        cluster.runUntil(() -> asked.stream().allMatch(Attempt::isDecided));
    }

    /** A command that no other one equals. */
    Bytes anyCommand() {
        return Bytes.utf8(Long.toHexString(dice.random().nextLong()));
    }

    /** A command of so many random bytes. */
    Bytes anyCommand(int size) {
        byte[] random = new byte[size];
        for (int i = 0; i < size; i++) {
            random[i] = (byte) dice.random().nextInt();
        }
        return Bytes.wrap(random);
    }

    // ---- what a scenario asks

    /** The only leader of the latest term that a connected node is in; it must come up soon. */
    int checkOneLeader() {
        for (int attempt = 0; attempt < 10; attempt++) {
            sleepMillis(dice.between(450, 549));
            SortedMap<Long, List<Integer>> leaders = new TreeMap<>();
            for (int node : all()) {
                RaftStatus status = cluster.status(node).orElse(null);
                if (isConnected(node) && status != null && status.role() == RoleKind.LEADER) {
                    leaders.computeIfAbsent(status.term(), term -> new ArrayList<>())
                            .add(node);
                }
            }
            leaders.forEach((term, those) -> require(those.size() == 1, "term " + term + " has leaders " + those));
            if (!leaders.isEmpty()) {
                return leaders.lastEntry().getValue().getFirst();
            }
        }
        throw new AssertionError("expected one leader, got none");
    }

    /** No connected node claims to lead. */
    void checkNoLeader() {
        for (int node : all()) {
            boolean leads = cluster.status(node)
                    .map(status -> status.role() == RoleKind.LEADER)
                    .orElse(false);
            require(!(isConnected(node) && leads), "expected no leader, but node " + node + " claims to lead");
        }
    }

    /** Whether a node claims to lead, connected or not. */
    boolean leads(int node) {
        return cluster.status(node % size())
                .map(status -> status.role() == RoleKind.LEADER)
                .orElse(false);
    }

    /** The term of all connected nodes, who must agree in it. */
    long checkTerms() {
        Set<Long> terms = new TreeSet<>();
        for (int node : all()) {
            if (isConnected(node) && isRunning(node)) {
                terms.add(term(node));
            }
        }
        require(terms.size() == 1, "connected nodes are in terms " + terms);
        return terms.iterator().next();
    }

    long term(int node) {
        return cluster.status(node).map(RaftStatus::term).orElse(0L);
    }

    /** How many nodes have applied the command of this ordinal. */
    int committed(long ordinal) {
        return applied.committed(ordinal);
    }

    /** The command that was applied at this ordinal. */
    Bytes command(long ordinal) {
        return applied.command(ordinal);
    }

    /**
     * Waits until so many nodes have applied the command of this ordinal.
     *
     * @param startTerm gives up, with null, once a node has a later term than this; negative for never
     */
    @Nullable
    Bytes await(long ordinal, int nodes, long startTerm) {
        long pause = 10;
        for (int attempt = 0; attempt < 30 && committed(ordinal) < nodes; attempt++) {
            sleepMillis(pause);
            pause = pause < 1_000 ? 2 * pause : pause;
            for (int node : all()) {
                if (startTerm >= 0 && term(node) > startTerm) {
                    return null;
                }
            }
        }
        int got = committed(ordinal);
        require(got >= nodes, "only " + got + " decided for ordinal " + ordinal + "; wanted " + nodes);
        return command(ordinal);
    }

    long one(int command, int nodes, boolean retry) {
        return one(Bytes.utf8(Integer.toString(command)), nodes, retry);
    }

    /**
     * Has a command agreed on: hands it to whoever leads, and waits until so many nodes have applied it. Returns its
     * ordinal.
     *
     * @param retry whether it may be handed in again if it is not applied within 2 s
     */
    long one(Bytes command, int nodes, boolean retry) {
        Agreement agreement = oneLater(command, nodes, retry);
        cluster.runUntil(agreement::isReached);
        return agreement.ordinal();
    }

    /** Begins to have a command agreed on, and goes on at once. */
    Agreement oneLater(Bytes command, int nodes, boolean retry) {
        return Agreement.begin(this, command, nodes, retry);
    }

    void runUntilReached(List<Agreement> agreements) {
        cluster.runUntil(() -> agreements.stream().allMatch(Agreement::isReached));
    }

    /** The node whose turn it is to be handed a command. */
    int nextToAsk() {
        nextAsked = (nextAsked + 1) % size();
        return nextAsked;
    }

    /** Whether so many nodes have applied the command at the ordinal that it was given. */
    boolean isAgreed(Attempt attempt, int nodes) {
        return committed(attempt.ordinal()) >= nodes
                && command(attempt.ordinal()).equals(attempt.command());
    }

    /** How many messages were sent that are no answers: the calls of a system in which nodes call each other. */
    long calls() {
        return calls;
    }

    /** How many bytes all messages had. */
    long bytes() {
        return bytes;
    }

    /** How often a follower said that its log conflicts with what a leader sent. */
    long conflicts() {
        return conflicts;
    }

    /** How many snapshots were installed. */
    long installed() {
        return installed;
    }

    long logBytes(int node) {
        return logs.get(node).bytes();
    }

    long nowNanos() {
        return cluster.nowNanos();
    }

    /**
     * What each scenario ends with: everyone is well again, and agrees; then all machines lose power at once, and
     * nothing that was applied is gone, nor does it take a new command to see it (section 8 of the paper: a leader
     * learns by its no-op what is committed).
     */
    void endWell() {
        weather(Weather.RELIABLE);
        for (int node : all()) {
            cluster.boot(node);
        }
        connect(all());
        long before = one(Bytes.utf8("all is well"), size(), true);
        crash(all());
        restart(all());
        connect(all());
        await(before, size(), -1);
        long after = one(Bytes.utf8("and after the loss of power"), size(), true);
        require(after > before, "ordinal " + after + " after " + before);
    }

    static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }
}
