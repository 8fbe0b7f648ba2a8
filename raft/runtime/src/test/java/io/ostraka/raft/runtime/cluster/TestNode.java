package io.ostraka.raft.runtime.cluster;

import io.grpc.Server;
import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.NodeId;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.runtime.host.AddressBook;
import io.ostraka.raft.runtime.host.Clock;
import io.ostraka.raft.runtime.host.HostOptions;
import io.ostraka.raft.runtime.host.RaftGroup;
import io.ostraka.raft.runtime.host.RaftHost;
import io.ostraka.raft.runtime.host.SystemClock;
import io.ostraka.raft.runtime.host.ThreadWorkers;
import io.ostraka.raft.runtime.statemachine.StateMachine;
import io.ostraka.raft.runtime.storage.FileDisk;
import io.ostraka.raft.runtime.storage.LogObserver;
import io.ostraka.raft.runtime.storage.LogOptions;
import io.ostraka.raft.runtime.storage.LogThread;
import io.ostraka.raft.runtime.storage.LogWrite;
import io.ostraka.raft.runtime.storage.Recovery;
import io.ostraka.raft.runtime.storage.ReplicaDescriptor;
import io.ostraka.raft.runtime.storage.ReplicaRecovery;
import io.ostraka.raft.runtime.storage.SharedLog;
import io.ostraka.raft.runtime.transport.GrpcRaftService;
import io.ostraka.raft.runtime.transport.GrpcSnapshots;
import io.ostraka.raft.runtime.transport.GrpcTransport;
import io.ostraka.raft.runtime.transport.NetworkThreads;
import io.ostraka.raft.runtime.transport.NodeIdentity;
import io.ostraka.raft.runtime.transport.TransportOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A node with one replica: host, log, transport and server, as a process would have them. */
final class TestNode<M extends StateMachine<Integer>> implements AutoCloseable {

    private static final int SEGMENT_BYTES = 16 << 20;

    static final GroupId GROUP = new GroupId(1, 1);

    private final AddressBook addresses = new AddressBook();
    private final NetworkThreads network = NetworkThreads.start(1);
    private final LogThread log;
    private final HeldLog heldLog;
    private final GrpcTransport transport;
    private final GrpcSnapshots snapshots;
    private final Server server;
    private final RaftHost host;
    private final M machine;
    private final RaftGroup<Integer> group;
    private final NodeId id;

    /** Makes the state machine of a replica that keeps its files below a directory. */
    interface Factory<M> {
        M make(Path directory, Membership members);
    }

    TestNode(Path directory, int number, List<Integer> all, HostOptions options, long startCounter, Factory<M> factory)
            throws Exception {
        id = new NodeId(number);
        ReplicaId replica = new ReplicaId(number);
        Membership members = Membership.of(all.stream().map(ReplicaId::new).toList());
        Clock clock = new SystemClock();
        Recovery recovery = SharedLog.open(FileDisk.at(directory), LogOptions.DEFAULT.withSegmentBytes(SEGMENT_BYTES));
        log = LogThread.start(recovery.log(), clock::nanoTime, LogObserver.NONE, TestNode::fatal);
        heldLog = new HeldLog(log);
        ReplicaRecovery found = recovery.replicas().get(replica);
        if (found == null) {
            CountDownLatch created = new CountDownLatch(1);
            log.submit(new LogWrite.Restart(replica, LogPosition.ZERO), write -> created.countDown());
            created.await();
            found = new ReplicaRecovery.Recovered(null, LogPosition.ZERO, List.of());
        }
        all.forEach(each -> addresses.setNode(new ReplicaId(each), new NodeId(each)));
        transport = new GrpcTransport(
                new NodeIdentity(77, id, startCounter),
                addresses,
                clock,
                network.connector(TransportOptions.DEFAULT),
                TransportOptions.DEFAULT,
                number);
        snapshots = new GrpcSnapshots(transport, addresses, clock, new ThreadWorkers(), TransportOptions.DEFAULT);
        server = network.server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .maxInboundMessageSize(TransportOptions.MESSAGE_BYTES_MAX)
                .permitKeepAliveTime(TransportOptions.KEEP_ALIVE_SECONDS / 2, TimeUnit.SECONDS)
                .addService(new GrpcRaftService(transport, snapshots))
                .build()
                .start();
        host = new RaftHost(
                new RaftHost.Ports(
                        clock,
                        new ThreadWorkers(),
                        List.of(network.loop()),
                        heldLog,
                        transport,
                        snapshots,
                        addresses,
                        (descriptor, cause) -> {},
                        TestNode::fatal),
                options);
        host.start();
        machine = factory.make(directory, members);
        group = host.open(new ReplicaDescriptor(GROUP, replica, members, true), found, machine);
    }

    private static void fatal(Throwable cause) {
        throw new IllegalStateException(cause);
    }

    void knows(TestNode<?> other) {
        addresses.setAddress(other.id, new InetSocketAddress(InetAddress.getLoopbackAddress(), other.server.getPort()));
    }

    RaftGroup<Integer> group() {
        return group;
    }

    CompletableFuture<Void> handOverLeadership() {
        return host.handOverLeadership();
    }

    M machine() {
        return machine;
    }

    NodeId id() {
        return id;
    }

    HeldLog log() {
        return heldLog;
    }

    /** Stops without flushing: what is not in the log is lost, as with a kill. */
    @Override
    public void close() {
        server.shutdownNow();
        host.close();
        snapshots.close();
        transport.close();
        log.close();
        network.close();
    }
}
