package io.ostraka.raft.runtime.storage;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The files of the log: segments in use, and spares that wait to become one. A spare is a segment whose life is over,
 * under its old name, or a file that was zero-filled ahead. Writing over bytes that exist changes no metadata of the
 * file, so that a force of the log costs no commit of the file system's journal.
 */
final class SegmentFiles {

    private static final int FILL_BYTES = 1 << 20;

    private final Disk disk;
    private final LogOptions options;
    private final Deque<String> spares = new ArrayDeque<>();
    private long nextSpare;
    private boolean preparing;

    SegmentFiles(Disk disk, LogOptions options) {
        this.disk = disk;
        this.options = options;
    }

    /** Returns the generations of all segment files, and notes the spares. */
    NavigableSet<Long> open() throws DiskException {
        disk.createFolder(SegmentName.FOLDER);
        NavigableSet<Long> generations = new TreeSet<>();
        for (String file : disk.list(SegmentName.FOLDER)) {
            SegmentName.generation(file).ifPresent(generations::add);
            SegmentName.spareNumber(file).ifPresent(number -> {
                spares.add(SegmentName.spare(number));
                nextSpare = Math.max(nextSpare, number + 1);
            });
        }
        return generations;
    }

    /** Turns a spare into the segment of a new generation, or creates one; its name is durable on return. */
    DiskFile begin(long generation) throws DiskException {
        String name = SegmentName.of(generation);
        String spare = spares.pollFirst();
        DiskFile file;
        if (spare == null) {
            file = disk.create(name);
        } else {
            disk.rename(spare, name);
            file = disk.open(name);
        }
        disk.syncDirectory(SegmentName.FOLDER);
        return file;
    }

    /** Keeps a segment that nothing needs for its next life, or deletes it; does nothing if its file is missing. */
    void retire(long generation) throws DiskException {
        String name = SegmentName.of(generation);
        if (!disk.exists(name)) {
            return;
        }
        long size;
        try (DiskFile file = disk.open(name)) {
            size = file.size();
        }
        if (size == options.segmentBytes() && spares.size() < options.sparesMax()) {
            spares.addLast(name);
        } else {
            disk.delete(name);
        }
    }

    /**
     * Returns the work of preparing one more spare, if one is wanted. It may run on another thread; its end is told to
     * {@link #prepared}.
     */
    @Nullable
    Preparation nextPreparation() {
        if (preparing || !spares.isEmpty() || options.sparesMax() == 0) {
            return null;
        }
        preparing = true;
        return new Preparation(disk, SegmentName.spare(nextSpare++), options.segmentBytes());
    }

    void prepared(Preparation preparation) {
        preparing = false;
        spares.addLast(preparation.name);
    }

    /** The work of zero-filling a file ahead of its use. It shares nothing with the log but the disk. */
    static final class Preparation {
        private final Disk disk;
        private final String name;
        private final int bytes;
        private volatile boolean cancelled;

        private Preparation(Disk disk, String name, int bytes) {
            this.disk = disk;
            this.name = name;
            this.bytes = bytes;
        }

        /** Writes and forces the zeros, a piece at a time so that the log's own forces get their turn. */
        void run() throws DiskException {
            disk.delete(name);
            try (DiskFile file = disk.create(name)) {
                for (long at = 0; at < bytes && !cancelled; at += FILL_BYTES) {
                    file.write(at, ByteBuffer.allocateDirect((int) Math.min(FILL_BYTES, bytes - at)));
                    file.force();
                }
            }
            disk.syncDirectory(SegmentName.FOLDER);
        }

        /** Makes {@link #run} end soon; may be called by any thread. */
        void cancel() {
            cancelled = true;
        }
    }
}
