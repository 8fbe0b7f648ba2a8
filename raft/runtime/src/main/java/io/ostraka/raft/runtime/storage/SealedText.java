package io.ostraka.raft.runtime.storage;

import io.ostraka.raft.runtime.storage.NodeDirectoryException.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * A small file of {@code key=value} lines that an operator can read, with the format's version as first line and a
 * checksum over all the rest as last. It is replaced in one step: written under a temporary name, forced, renamed, its
 * folder synced; so after a crash it is the old one or the new one.
 */
final class SealedText {

    static final int FORMAT = 1;

    private static final String TEMPORARY = ".new";
    private static final String FORMAT_KEY = "ostraka.format=";
    private static final String CHECKSUM_KEY = "crc32c=";
    private static final int BYTES_MAX = 1 << 20;

    private SealedText() {}

    static boolean isTemporary(String name) {
        return name.endsWith(TEMPORARY);
    }

    static void write(Disk disk, String folder, String name, SortedMap<String, String> values) throws DiskException {
        StringBuilder text = new StringBuilder(FORMAT_KEY).append(FORMAT).append('\n');
        values.forEach(
                (key, value) -> text.append(key).append('=').append(value).append('\n'));
        String checksum = checksum(text.toString());
        text.append(CHECKSUM_KEY).append(checksum).append('\n');
        String path = path(folder, name);
        String temporary = path + TEMPORARY;
        disk.delete(temporary);
        try (DiskFile file = disk.create(temporary)) {
            file.write(0, ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8)));
            file.force();
        }
        disk.rename(temporary, path);
        disk.syncDirectory(folder);
    }

    static SortedMap<String, String> read(Disk disk, String folder, String name)
            throws DiskException, NodeDirectoryException {
        String path = path(folder, name);
        String text;
        try (DiskFile file = disk.open(path)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(file.size(), BYTES_MAX));
            file.read(0, bytes);
            text = StandardCharsets.UTF_8.decode(bytes.flip()).toString();
        }
        String where = disk.describe() + "/" + path;
        int lineEnd = text.indexOf('\n');
        if (lineEnd < 0 || !text.startsWith(FORMAT_KEY)) {
            throw damaged(where);
        }
        checkFormat(text.substring(FORMAT_KEY.length(), lineEnd), where);
        int checksumAt = text.lastIndexOf(CHECKSUM_KEY);
        if (checksumAt < 0
                || !text.substring(checksumAt).equals(CHECKSUM_KEY + checksum(text.substring(0, checksumAt)) + "\n")) {
            throw damaged(where);
        }
        SortedMap<String, String> values = new TreeMap<>();
        text.substring(lineEnd + 1, checksumAt).lines().forEach(line -> {
            int equals = line.indexOf('=');
            values.put(line.substring(0, Math.max(equals, 0)), line.substring(equals + 1));
        });
        return Collections.unmodifiableSortedMap(values);
    }

    private static void checkFormat(String format, String where) throws NodeDirectoryException {
        int found;
        try {
            found = Integer.parseInt(format);
        } catch (NumberFormatException e) {
            throw damaged(where);
        }
        if (found > FORMAT) {
            throw new NodeDirectoryException(
                    Reason.NEWER_FORMAT,
                    where + " has format " + found + ", and this version of Ostraka knows formats up to " + FORMAT
                            + ": start the node with the version that wrote it, or a later one");
        }
        if (found < 1) {
            throw damaged(where);
        }
    }

    static NodeDirectoryException damaged(String where) {
        return new NodeDirectoryException(
                Reason.DAMAGED,
                where + " is damaged: restore it from a backup, or empty the data directory and replace the replicas"
                        + " that this node hosted");
    }

    private static String path(String folder, String name) {
        return folder.isEmpty() ? name : folder + "/" + name;
    }

    private static String checksum(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return String.format("%08x", crc.getValue());
    }
}
