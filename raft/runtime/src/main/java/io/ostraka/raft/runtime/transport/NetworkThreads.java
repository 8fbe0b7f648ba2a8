package io.ostraka.raft.runtime.transport;

import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoop;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.ServerChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import io.grpc.netty.shaded.io.netty.util.concurrent.Future;
import io.ostraka.proto.config.HostPort;
import io.ostraka.raft.runtime.host.LoopThread;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * The threads of all connections of a process. The first one also is the thread of the Raft loop, and has the
 * connections that this process opens to its peers: what a peer sends is decoded, decided on and answered without a
 * change of threads. Callbacks of all servers and channels made here run on these threads and must not block. Safe for
 * any thread.
 */
public final class NetworkThreads implements AutoCloseable {

    /** Fixed: a window that adapts itself is measured by a ping for every few messages. */
    private static final int WINDOW_BYTES = 4 << 20;

    /** After which a connection is given up whose other side answers no ping. */
    private static final int KEEP_ALIVE_TIMEOUT_SECONDS = 5;

    private static final long CLOSE_QUIET_MILLIS = 0;
    private static final long CLOSE_MILLIS_MAX = 2_000;

    private final EventLoopGroup all;
    private final EventLoop first;
    private final Class<? extends Channel> socket;
    private final Class<? extends ServerChannel> serverSocket;

    private NetworkThreads(int count) {
        boolean epoll = Epoll.isAvailable();
        all = new MultiThreadIoEventLoopGroup(
                count,
                new DefaultThreadFactory("ostraka-net", true),
                epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        first = all.next();
        socket = epoll ? EpollSocketChannel.class : NioSocketChannel.class;
        serverSocket = epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    /** Starts that many threads. */
    public static NetworkThreads start(int count) {
        return new NetworkThreads(count);
    }

    /** Returns the first thread, as the place of a Raft loop. */
    public LoopThread loop() {
        return new OnEventLoop(first);
    }

    /** Returns what makes a server whose connections are spread over all threads. */
    public NettyServerBuilder server(SocketAddress address) {
        return NettyServerBuilder.forAddress(address)
                .bossEventLoopGroup(all)
                .workerEventLoopGroup(all)
                .channelType(serverSocket)
                .directExecutor()
                .flowControlWindow(WINDOW_BYTES);
    }

    /** Returns what makes connections to other processes, on the first thread. */
    public Connector connector(TransportOptions options) {
        return address -> {
            HostPort to = HostPort.parse(address);
            return NettyChannelBuilder.forAddress(to.host(), to.port())
                    .eventLoopGroup(first)
                    .channelType(socket)
                    .directExecutor()
                    .flowControlWindow(WINDOW_BYTES)
                    .usePlaintext()
                    .disableRetry()
                    .keepAliveTime(TransportOptions.KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                    .keepAliveTimeout(KEEP_ALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                    .maxInboundMessageSize(TransportOptions.MESSAGE_BYTES_MAX)
                    .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, options.connectMillisMax())
                    .build();
        };
    }

    /** Ends the threads; connections that are still open die with them. */
    @Override
    public void close() {
        Future<?> unused = all.shutdownGracefully(CLOSE_QUIET_MILLIS, CLOSE_MILLIS_MAX, TimeUnit.MILLISECONDS);
        unused.awaitUninterruptibly(CLOSE_MILLIS_MAX);
    }

    private record OnEventLoop(EventLoop loop) implements LoopThread {

        @Override
        public void execute(Runnable work) {
            loop.execute(work);
        }

        @Override
        public Repetition every(long pauseNanos, Runnable work) {
            Future<?> repeated = loop.scheduleWithFixedDelay(work, pauseNanos, pauseNanos, TimeUnit.NANOSECONDS);
            return () -> repeated.cancel(false);
        }

        @Override
        public boolean isCurrent() {
            return loop.inEventLoop();
        }
    }
}
