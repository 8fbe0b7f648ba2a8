package io.ostraka.it.smallscope;

import io.ostraka.raft.core.Bytes;
import io.ostraka.shardctrler.command.ControllerCommand;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.CommandCodec;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.command.ShardItem;
import io.ostraka.shardkv.command.StampedCommand;
import io.ostraka.shardkv.migration.TransferReply;
import io.ostraka.shardkv.migration.TransferRequest;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Something that was said once, and may be heard at any later time, as often as chance will have it. That it may be
 * heard late is delay and the end of the term in which it was said; that it may be heard never is loss; that it may be
 * heard again is duplication, and a leader that says it again.
 */
sealed interface Fact {

    /** A command on its way into the log of the group in this place. */
    record Proposal(int place, Command command) implements Fact {}

    /** A configuration on its way into any group's log. */
    record Config(Command.ConfigUpdate update) implements Fact {}

    /**
     * A word to a source.
     *
     * @param stream how the stream was opened that it is said on; null: it needs none
     */
    record ToSource(TransferRequest request, TransferRequest.@Nullable Open stream) implements Fact {}

    /**
     * A word to an importer.
     *
     * @param stream how the stream was opened that it is said on; null: it may be of any
     */
    record ToImporter(TransferReply reply, TransferRequest.@Nullable Open stream) implements Fact {}

    /** A word to the controller. */
    record ToController(ControllerCommand.Report report) implements Fact {}

    /** No word, but the trace that an import has begun: its id is used up. */
    record Begun(ExportName name) implements Fact {}

    /** A text that no other fact has, whatever the classes of the system take for equal. */
    default String key() {
        return switch (this) {
            case Proposal proposal -> proposal.place() + " " + exact(proposal.command());
            case Config config -> "config " + exact(config.update());
            case ToSource said -> said.request() + " on " + exact(said.stream());
            case ToImporter said -> exact(said.reply()) + " on " + exact(said.stream());
            case ToController said -> said.report().toString();
            case Begun begun -> "begun " + begun.name();
        };
    }

    private static String exact(Command command) {
        return exact(CommandCodec.encode(new StampedCommand(0, command)));
    }

    private static String exact(TransferRequest.@Nullable Open stream) {
        return stream == null ? "-" : exact(stream.lastBaseKey()) + stream.baseComplete() + stream.revision();
    }

    /** Bytes show no more than their beginning. */
    private static String exact(TransferReply reply) {
        StringBuilder text = new StringBuilder().append(reply);
        if (reply instanceof TransferReply.Chunk chunk) {
            for (ShardItem item : chunk.items()) {
                text.append(exact(item.key())).append(exact(item.content()));
            }
        }
        return text.toString();
    }

    private static String exact(Bytes bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }
}
