package io.ostraka.client.internal;

import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoop;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import io.grpc.netty.shaded.io.netty.util.concurrent.FastThreadLocalThread;
import io.ostraka.proto.Limits;
import io.ostraka.proto.config.HostPort;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * Opens connections: all of one client share one thread, and answers are handled on it. A channel is used until it
 * fails and is then replaced, so that a node that comes back is reached by the next try and not after gRPC's own
 * back-off.
 */
public final class Channels implements ClientNetwork {

    private static final int CONNECT_TIMEOUT_MILLIS = 2_000;
    private static final long QUIET_MILLIS = 300;
    private static final long CLOSE_MILLIS_MAX = 3_000;
    private static final int FLOW_WINDOW_BYTES = 4 << 20;

    private final UnaryOperator<String> addressMapping;
    private final EventLoop thread;
    private final Class<? extends Channel> socket;

    /** Connects to wherever the mapping says. */
    public Channels(UnaryOperator<String> addressMapping) {
        this.addressMapping = addressMapping;
        boolean epoll = Epoll.isAvailable();
        this.thread = new MultiThreadIoEventLoopGroup(
                        1, new Threads(), epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory())
                .next();
        this.socket = epoll ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    @Override
    public ManagedChannel open(String address) {
        HostPort target = HostPort.parse(addressMapping.apply(address));
        return NettyChannelBuilder.forAddress(target.host(), target.port())
                .eventLoopGroup(thread)
                .channelType(socket)
                .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                .directExecutor()
                .usePlaintext()
                .disableRetry()
                .flowControlWindow(FLOW_WINDOW_BYTES)
                .maxInboundMessageSize(Limits.MESSAGE_BYTES_MAX)
                .build();
    }

    @Override
    public Deadline deadlineAfter(long millis) {
        return Deadline.after(millis, TimeUnit.MILLISECONDS);
    }

    @Override
    public LoopThread thread() {
        return new OnEventLoop(thread);
    }

    @Override
    public void close() {
        // Not waited for: its one thread is a daemon. The quiet time is for channels that are still closing.
        Future<?> unused = thread.parent().shutdownGracefully(QUIET_MILLIS, CLOSE_MILLIS_MAX, TimeUnit.MILLISECONDS);
    }

    private record OnEventLoop(EventLoop loop) implements LoopThread {

        @Override
        public void execute(Runnable work) {
            try {
                loop.execute(work);
            } catch (RejectedExecutionException ended) {
                if (!loop.isShuttingDown()) {
                    throw ended;
                }
            }
        }

        @Override
        public Alarm schedule(Runnable work, long delayNanos) {
            Future<?> scheduled = loop.schedule(work, delayNanos, TimeUnit.NANOSECONDS);
            return () -> scheduled.cancel(false);
        }

        @Override
        public boolean isCurrent() {
            return loop.inEventLoop();
        }

        @Override
        public boolean isClosing() {
            return loop.isShuttingDown();
        }
    }

    /** The thread of a client; blocking calls refuse to run on it. */
    static final class ClientThread extends FastThreadLocalThread {
        ClientThread(Runnable body) {
            super(body, "ostraka-client");
        }
    }

    private static final class Threads extends DefaultThreadFactory {
        Threads() {
            super("ostraka-client", true);
        }

        @Override
        protected Thread newThread(Runnable body, String name) {
            return new ClientThread(body);
        }
    }
}
