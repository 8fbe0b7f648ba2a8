package io.ostraka.shardctrler.machine;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.runtime.storage.Disk;
import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.runtime.storage.DiskFile;
import io.ostraka.raft.runtime.storage.NodeDirectoryException;
import io.ostraka.raft.runtime.storage.NodeDirectoryException.Reason;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;

/*
 * Layout, big-endian: magic "OSTRCTL" and a format byte, CRC-32C of all that follows (4 bytes), length of the content
 * (8 bytes), the content.
 */
/**
 * A file that is replaced as a whole: written under another name, synced, renamed, its folder synced. After a crash it
 * is the old one or the new one; anything else is damage, and said so.
 */
public final class SealedFile {

    private static final long MAGIC = 0x4f_53_54_52_43_54_4c_01L;
    private static final int HEADER_BYTES = Long.BYTES + Integer.BYTES + Long.BYTES;
    private static final long CONTENT_BYTES_MAX = 1L << 30;

    private final Disk disk;
    private final String folder;
    private final String name;

    /**
     * A file of this name in a folder directly below the data directory, which is created if it is missing. What it has
     * is durable from then on: a process that died between renaming and syncing left a name that a loss of power
     * undoes.
     */
    public SealedFile(Disk disk, String folder, String name) throws DiskException {
        this.disk = disk;
        this.folder = folder;
        this.name = folder + "/" + name;
        disk.createFolder(folder);
        disk.syncDirectory(Disk.ROOT);
        disk.delete(temporary());
        disk.syncDirectory(folder);
    }

    private String temporary() {
        return name + ".new";
    }

    /** Replaces the content; durable when this returns. */
    public void write(Bytes content) throws DiskException {
        ByteBuffer buffer = ByteBuffer.allocate(HEADER_BYTES + content.size());
        buffer.putLong(MAGIC).putInt(0).putLong(content.size());
        content.copyTo(buffer);
        buffer.flip();
        buffer.putInt(Long.BYTES, checksum(buffer));
        disk.delete(temporary());
        try (DiskFile file = disk.create(temporary())) {
            file.write(0, buffer);
            file.force();
        }
        disk.rename(temporary(), name);
        disk.syncDirectory(folder);
    }

    /**
     * The content, or nothing if the file was never written.
     *
     * @throws NodeDirectoryException if the file is damaged, or a newer version wrote it
     */
    public Optional<Bytes> read() throws DiskException, NodeDirectoryException {
        if (!disk.exists(name)) {
            return Optional.empty();
        }
        ByteBuffer buffer;
        try (DiskFile file = disk.open(name)) {
            long size = file.size();
            if (size < HEADER_BYTES || size > HEADER_BYTES + CONTENT_BYTES_MAX) {
                throw damaged("it has " + size + " bytes");
            }
            buffer = ByteBuffer.allocate((int) size);
            file.read(0, buffer);
            buffer.flip();
        }
        long magic = buffer.getLong(0);
        if (magic != MAGIC && magic >>> 8 == MAGIC >>> 8) {
            throw new NodeDirectoryException(
                    Reason.NEWER_FORMAT,
                    disk.describe() + "/" + name + " has format " + (magic & 0xff)
                            + ", and this version of Ostraka knows format 1: start the version that wrote it");
        }
        if (magic != MAGIC
                || buffer.getLong(Long.BYTES + Integer.BYTES) != buffer.limit() - HEADER_BYTES
                || buffer.getInt(Long.BYTES) != checksum(buffer)) {
            throw damaged("its checksum is wrong");
        }
        return Optional.of(Bytes.wrap(buffer.array(), HEADER_BYTES, buffer.limit() - HEADER_BYTES));
    }

    /** What to throw when the content itself makes no sense. */
    public NodeDirectoryException damaged(String how) {
        return new NodeDirectoryException(
                Reason.DAMAGED,
                disk.describe() + "/" + name + " is damaged: " + how + "; restore it from a backup, or keep this"
                        + " controller stopped: the others go on while they are a majority");
    }

    private static int checksum(ByteBuffer file) {
        CRC32C crc = new CRC32C();
        crc.update(file.duplicate().position(Long.BYTES + Integer.BYTES));
        return (int) crc.getValue();
    }
}
