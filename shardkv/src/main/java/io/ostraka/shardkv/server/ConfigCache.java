package io.ostraka.shardkv.server;

import com.google.protobuf.InvalidProtocolBufferException;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigWire;
import io.ostraka.proto.config.MalformedConfigException;
import io.ostraka.proto.config.wire.ClusterConfigRecord;
import io.ostraka.raft.runtime.storage.Disk;
import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.runtime.storage.DiskFile;
import java.nio.ByteBuffer;
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
    private static final String TEMPORARY = NAME + ".tmp";
    private static final int BYTES_MAX = 64 << 20;
    private static final int CRC_BYTES = Integer.BYTES;

    private final Disk disk;
    private @Nullable ClusterConfig unwritten;

    ConfigCache(Disk disk) {
        this.disk = disk;
    }

    /** What was kept, if it belongs to the cluster. */
    @Nullable
    ClusterConfig read(long clusterId) {
        try {
            if (!disk.exists(NAME)) {
                return null;
            }
            ByteBuffer bytes = readAll();
            if (bytes.remaining() < CRC_BYTES || bytes.getInt() != crc(bytes.slice())) {
                LOG.warn("{} is damaged; the configuration will come from the controllers", where());
                return null;
            }
            ClusterConfig config = ConfigWire.fromWire(ClusterConfigRecord.parseFrom(bytes));
            return config.clusterId() == clusterId ? config : null;
        } catch (InvalidProtocolBufferException | MalformedConfigException e) {
            LOG.warn(
                    "{} is not understood ({}); the configuration will come from the controllers",
                    where(),
                    e.toString());
            return null;
        } catch (DiskException e) {
            LOG.warn("{} cannot be read ({}); the configuration will come from the controllers", where(), e.toString());
            return null;
        }
    }

    private ByteBuffer readAll() throws DiskException {
        try (DiskFile file = disk.open(NAME)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(file.size(), BYTES_MAX));
            file.read(0, bytes);
            return bytes.flip();
        }
    }

    private String where() {
        return disk.describe() + "/" + NAME;
    }

    /**
     * Takes a configuration, to be kept by the next {@link #save}.
     *
     * @return whether that is the first since the last save
     */
    boolean note(ClusterConfig config) {
        boolean first = unwritten == null;
        unwritten = config;
        return first;
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
        try {
            disk.delete(TEMPORARY);
            try (DiskFile file = disk.create(TEMPORARY)) {
                file.write(0, bytes);
                file.force();
            }
            disk.rename(TEMPORARY, NAME);
            disk.syncDirectory(Disk.ROOT);
        } catch (DiskException e) {
            LOG.warn("cannot keep the configuration in {}: {}", where(), e.toString());
        }
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
