package io.ostraka.raft.runtime.storage;

import java.util.List;

/**
 * The files of one data directory: the port through which everything of this package reaches the disk. Every call
 * blocks until it is done. Names are relative to the directory, with {@code /} between folder and file.
 *
 * <p>What survives a loss of power: of a file's bytes, what was written before a {@link DiskFile#force} that returned;
 * of a folder's names (created, renamed, deleted), what happened before a {@link #syncDirectory} of that folder that
 * returned. Everything else may survive whole, in part, or not at all.
 *
 * <p>Implementations allow calls from several threads as long as no two concern one file.
 */
public interface Disk {

    /** The name of the data directory itself, for {@link #list} and {@link #syncDirectory}. */
    String ROOT = "";

    /**
     * Creates an empty file and opens it.
     *
     * @throws DiskException if it exists already, or cannot be created
     */
    DiskFile create(String name) throws DiskException;

    /**
     * Opens an existing file for reading and writing.
     *
     * @throws DiskException with {@link DiskException.Reason#MISSING} if there is none, or if it cannot be opened
     */
    DiskFile open(String name) throws DiskException;

    /** Returns whether a file or folder of this name exists. */
    boolean exists(String name) throws DiskException;

    /**
     * Returns the names of the files in a folder, without the folder's own, sorted; none if there is no such folder.
     */
    List<String> list(String folder) throws DiskException;

    /** Deletes a file; does nothing if there is none. */
    void delete(String name) throws DiskException;

    /** Gives a file another name within the same folder, replacing the file that has it, in one step. */
    void rename(String from, String to) throws DiskException;

    /** Creates a folder directly below the data directory, if it is missing; its name is durable when this returns. */
    void createFolder(String name) throws DiskException;

    /** Makes the names in a folder durable: what was created, renamed and deleted in it before this call. */
    void syncDirectory(String folder) throws DiskException;

    /**
     * Locks the whole data directory against other processes, and other users in this one, until the lock is closed.
     *
     * @throws DiskException with {@link DiskException.Reason#LOCKED} if someone has it, naming the process if it is
     *     known
     */
    DiskLock lock(String name) throws DiskException;

    /** Returns how many bytes the file system of the data directory has room for; may take its time. */
    long usableBytes() throws DiskException;

    /** Returns a name of the data directory for messages. */
    String describe();
}
