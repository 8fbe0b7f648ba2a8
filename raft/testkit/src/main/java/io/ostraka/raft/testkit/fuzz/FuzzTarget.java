package io.ostraka.raft.testkit.fuzz;

import com.google.protobuf.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Code that takes bytes from a disk or a socket, and what it promises of any bytes whatever. Has a constructor without
 * arguments; each run must depend on its input only. Used by one thread.
 */
public interface FuzzTarget {

    /** Inputs that real encoders wrote; not empty. */
    List<byte[]> seeds();

    /**
     * Runs the code on an input. Whatever this throws is a finding; so what the code is documented to throw is caught
     * here.
     *
     * @return what became of the input, in a few words; inputs whose words are new, but for numbers, are changed
     *     further
     */
    String run(byte[] input) throws Exception;

    /**
     * Makes the checksums right in a copy of changed bytes, so that a change reaches what is behind them. Every input
     * is run as it is, too.
     */
    default byte[] sealed(byte[] input) {
        return input;
    }

    /** The message that inputs are the bytes of, so that its fields are changed, too; null if they are none. */
    default @Nullable Message shape() {
        return null;
    }

    /** How many bytes a run may allocate, given the length of its input. */
    default long allocationMax(int inputBytes) {
        return (1 << 20) + 512L * inputBytes;
    }
}
