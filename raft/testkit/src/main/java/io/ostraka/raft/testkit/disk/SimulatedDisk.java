package io.ostraka.raft.testkit.disk;

import io.ostraka.raft.runtime.storage.Disk;
import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.runtime.storage.DiskException.Reason;
import io.ostraka.raft.runtime.storage.DiskFile;
import io.ostraka.raft.runtime.storage.DiskLock;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that keeps apart what a process sees and what a loss of power would leave: a durable image, and the
 * ordered list of operations that are not synced yet. {@link #losePower} keeps of those a random part, with writes torn
 * at sectors of 512 bytes and names kept in their order; {@link #killProcess} keeps all of them, still not synced.
 *
 * <p>Deterministic, given the generator; for one thread at a time.
 */
public final class SimulatedDisk implements Disk {

    /** The smallest unit that is written in one step. */
    public static final int SECTOR_BYTES = 512;

    private final TreeMap<String, SimulatedFile> names = new TreeMap<>();
    private final TreeMap<String, SimulatedFile> durableNames = new TreeMap<>();
    private final TreeSet<String> folders = new TreeSet<>();
    private final List<NameChange> unsyncedNames = new ArrayList<>();
    private final TreeSet<String> locked = new TreeSet<>();
    private DiskCall.Listener listener = _ -> {};
    private long capacityBytes = Long.MAX_VALUE;
    private long epoch;

    /** A change of a folder's names: {@code from} loses its file if not null, {@code to} gets it if not null. */
    private record NameChange(
            String folder, @Nullable String from, @Nullable String to, SimulatedFile file) {
        void apply(TreeMap<String, SimulatedFile> names) {
            if (from != null) {
                names.remove(from);
            }
            if (to != null) {
                names.put(to, file);
            }
        }
    }

    /** Sees all further calls that change something. */
    public void listen(DiskCall.Listener to) {
        this.listener = to;
    }

    /** Makes writes fail with {@link Reason#FULL} once all files together would exceed this. */
    public void limitCapacity(long bytes) {
        this.capacityBytes = bytes;
    }

    /** Ends the process: open files and locks are gone, what the operating system holds stays. */
    public void killProcess() {
        epoch++;
        locked.clear();
        listener = _ -> {};
    }

    /** Ends the process and the machine: of what was not synced, a random part survives. */
    public void losePower(RandomGenerator random) {
        killProcess();
        TreeSet<String> foldersSeen = new TreeSet<>();
        unsyncedNames.forEach(change -> foldersSeen.add(change.folder()));
        for (String folder : foldersSeen) {
            List<NameChange> changes = unsyncedNames.stream()
                    .filter(change -> change.folder().equals(folder))
                    .toList();
            changes.subList(0, random.nextInt(changes.size() + 1)).forEach(change -> change.apply(durableNames));
        }
        unsyncedNames.clear();
        names.clear();
        names.putAll(durableNames);
        new TreeSet<>(names.keySet()).forEach(name -> file(name).losePower(random));
    }

    /** Returns the bytes of a file as a process would read them. */
    public byte[] contents(String name) {
        return file(name).contents();
    }

    /** Flips bits of a byte, on the disk and in what is read from it. */
    public void flip(String name, long offset, int mask) {
        file(name).flip((int) offset, mask);
    }

    /** Cuts a file off, on the disk and in what is read from it. */
    public void truncate(String name, long size) {
        file(name).truncate((int) size);
    }

    /** Returns all files' names with their folders, sorted. */
    public List<String> files() {
        return List.copyOf(names.keySet());
    }

    /** Returns a disk with the same files, of which everything is durable. */
    public SimulatedDisk copy() {
        SimulatedDisk copy = new SimulatedDisk();
        copy.folders.addAll(folders);
        names.forEach((name, file) -> {
            SimulatedFile same = SimulatedFile.durable(file.contents());
            copy.names.put(name, same);
            copy.durableNames.put(name, same);
        });
        return copy;
    }

    private SimulatedFile file(String name) {
        SimulatedFile file = names.get(name);
        if (file == null) {
            throw new IllegalArgumentException("no file " + name);
        }
        return file;
    }

    private void change(String name, @Nullable String from, @Nullable String to, SimulatedFile file) {
        NameChange change = new NameChange(folderOf(name), from, to, file);
        change.apply(names);
        unsyncedNames.add(change);
    }

    private static String folderOf(String name) {
        int slash = name.indexOf('/');
        return slash < 0 ? ROOT : name.substring(0, slash);
    }

    @Override
    public DiskFile create(String name) throws DiskException {
        listener.before(new DiskCall(DiskCall.Kind.CREATE, name));
        if (names.containsKey(name)) {
            throw new DiskException(Reason.DEVICE, "cannot create " + name + " (it exists)", null);
        }
        if (!folderOf(name).isEmpty() && !folders.contains(folderOf(name))) {
            throw new DiskException(Reason.MISSING, "cannot create " + name + " (no such folder)", null);
        }
        SimulatedFile file = new SimulatedFile();
        change(name, null, name, file);
        return new Handle(name, file, epoch);
    }

    @Override
    public DiskFile open(String name) throws DiskException {
        SimulatedFile file = names.get(name);
        if (file == null) {
            throw new DiskException(Reason.MISSING, "cannot open " + name + " (it does not exist)", null);
        }
        return new Handle(name, file, epoch);
    }

    @Override
    public boolean exists(String name) {
        return names.containsKey(name) || folders.contains(name);
    }

    @Override
    public List<String> list(String folder) {
        return names.keySet().stream()
                .filter(name -> folderOf(name).equals(folder))
                .map(name -> folder.isEmpty() ? name : name.substring(folder.length() + 1))
                .toList();
    }

    @Override
    public void delete(String name) throws DiskException {
        SimulatedFile file = names.get(name);
        if (file != null) {
            listener.before(new DiskCall(DiskCall.Kind.DELETE, name));
            change(name, name, null, file);
        }
    }

    @Override
    public void rename(String from, String to) throws DiskException {
        listener.before(new DiskCall(DiskCall.Kind.RENAME, from));
        SimulatedFile file = names.get(from);
        if (file == null) {
            throw new DiskException(Reason.MISSING, "cannot rename " + from + " (it does not exist)", null);
        }
        change(from, from, to, file);
    }

    /** Folders are durable at once: nothing of interest can go wrong with one that is empty. */
    @Override
    public void createFolder(String name) throws DiskException {
        if (!folders.contains(name)) {
            listener.before(new DiskCall(DiskCall.Kind.CREATE_FOLDER, name));
            folders.add(name);
        }
    }

    @Override
    public void syncDirectory(String folder) throws DiskException {
        listener.before(new DiskCall(DiskCall.Kind.SYNC_DIRECTORY, folder));
        for (NameChange change : unsyncedNames) {
            if (change.folder().equals(folder)) {
                change.apply(durableNames);
            }
        }
        unsyncedNames.removeIf(change -> change.folder().equals(folder));
    }

    @Override
    public DiskLock lock(String name) throws DiskException {
        if (!locked.add(name)) {
            throw new DiskException(Reason.LOCKED, describe() + " is in use by another process", null);
        }
        long lockedIn = epoch;
        return () -> {
            if (lockedIn == epoch) {
                locked.remove(name);
            }
        };
    }

    @Override
    public long usableBytes() {
        return Math.max(0, capacityBytes - usedBytes());
    }

    @Override
    public String describe() {
        return "simulated";
    }

    private long usedBytes() {
        long used = 0;
        for (SimulatedFile file : names.values()) {
            used += file.size();
        }
        return used;
    }

    private final class Handle implements DiskFile {

        private final String name;
        private final SimulatedFile file;
        private final long openedIn;
        private boolean closed;

        Handle(String name, SimulatedFile file, long openedIn) {
            this.name = name;
            this.file = file;
            this.openedIn = openedIn;
        }

        private void requireOpen() {
            if (closed || openedIn != epoch) {
                throw new IllegalStateException(name + " is used after it was closed, or by a process that has ended");
            }
        }

        @Override
        public void write(long offset, ByteBuffer source) throws DiskException {
            requireOpen();
            listener.before(new DiskCall(DiskCall.Kind.WRITE, name));
            long growth = offset + source.remaining() - file.size();
            if (growth > 0 && usedBytes() + growth > capacityBytes) {
                throw new DiskException(Reason.FULL, "cannot write " + name + " (no space left)", null);
            }
            byte[] bytes = new byte[source.remaining()];
            source.get(bytes);
            file.write((int) offset, bytes);
        }

        @Override
        public int read(long offset, ByteBuffer target) {
            requireOpen();
            return file.read((int) offset, target);
        }

        @Override
        public void force() throws DiskException {
            requireOpen();
            try {
                listener.before(new DiskCall(DiskCall.Kind.FORCE, name));
            } catch (DiskException e) {
                // As the kernel does: the pages count as clean from now on, though they never reached the disk.
                file.forgetUnsynced();
                throw e;
            }
            file.force();
        }

        @Override
        public long size() {
            requireOpen();
            return file.size();
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
