package io.ostraka.shardkv.command;

import java.util.List;

/** One command of each kind, as log entries. */
public final class SeedCommands {

    private SeedCommands() {}

    /** Their bytes. */
    public static List<byte[]> encoded() {
        return CommandCodecTest.everyCommand().stream()
                .map(command -> CommandCodec.encode(new StampedCommand(100_000, command))
                        .toByteArray())
                .toList();
    }
}
