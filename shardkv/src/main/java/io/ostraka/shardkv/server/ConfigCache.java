package io.ostraka.shardkv.server;

import com.google.protobuf.InvalidProtocolBufferException;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigWire;
import io.ostraka.proto.config.MalformedConfigException;
import io.ostraka.proto.config.wire.ClusterConfigRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration that a node knew last, kept so that it serves after a restart also while no controller can be
 * reached. It is a cache: what is missing, damaged or of another cluster counts as nothing, and nothing depends on it
 * being new. One thread at a time.
 */
final class ConfigCache {

    private static final Logger LOG = LoggerFactory.getLogger(ConfigCache.class);
    private static final String NAME = "configuration";
    private static final int CRC_BYTES = Integer.BYTES;

    private final Path file;
    private @Nullable ClusterConfig unwritten;

    ConfigCache(Path directory) {
        file = directory.resolve(NAME);
    }

    /** What was kept, if it belongs to the cluster. */
    @Nullable
    ClusterConfig read(long clusterId) {
        try {
            if (!Files.exists(file)) {
                return null;
            }
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
            if (bytes.remaining() < CRC_BYTES || bytes.getInt() != crc(bytes.slice())) {
                LOG.warn("{} is damaged; the configuration will come from the controllers", file);
                return null;
            }
            ClusterConfig config = ConfigWire.fromWire(ClusterConfigRecord.parseFrom(bytes));
            return config.clusterId() == clusterId ? config : null;
        } catch (InvalidProtocolBufferException | MalformedConfigException e) {
            LOG.warn("{} is not understood ({}); the configuration will come from the controllers", file, e.toString());
            return null;
        } catch (IOException e) {
            LOG.warn("{} cannot be read ({}); the configuration will come from the controllers", file, e.toString());
            return null;
        }
    }

    /** Takes a configuration, to be kept by the next {@link #save}. */
    void note(ClusterConfig config) {
        unwritten = config;
    }

    /**
     * Keeps what was noted since the last time, if anything was. A failure is logged, and costs nothing but the cache.
     */
    void save() {
        ClusterConfig newest = unwritten;
        unwritten = null;
        if (newest != null) {
            write(newest);
        }
    }

    private void write(ClusterConfig config) {
        byte[] content = ConfigWire.toWire(config).toByteArray();
        ByteBuffer bytes = ByteBuffer.allocate(CRC_BYTES + content.length);
        bytes.putInt(crc(ByteBuffer.wrap(content))).put(content).flip();
        Path temporary = file.resolveSibling(NAME + ".tmp");
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(false);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.warn("cannot keep the configuration in {}: {}", file, e.toString());
        }
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
