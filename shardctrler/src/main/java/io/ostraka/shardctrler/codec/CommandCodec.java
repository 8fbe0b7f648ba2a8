package io.ostraka.shardctrler.codec;

import com.google.protobuf.InvalidProtocolBufferException;
import io.ostraka.proto.config.MalformedConfigException;
import io.ostraka.proto.controller.log.ControllerEntry;
import io.ostraka.raft.core.Bytes;
import io.ostraka.shardctrler.command.ControllerCommand;
import io.ostraka.shardctrler.command.ControllerCommand.Administer;
import io.ostraka.shardctrler.command.ControllerCommand.Initialise;
import io.ostraka.shardctrler.command.ControllerCommand.RaiseLevel;
import io.ostraka.shardctrler.command.ControllerCommand.RegisterNode;
import io.ostraka.shardctrler.command.ControllerCommand.Report;
import java.util.Optional;

/** The controller's commands to and from the bytes of its log entries. */
public final class CommandCodec {

    /** Version of the entries that are written; one that is not known is malformed, on every controller alike. */
    public static final int VERSION = 1;

    /** Longest entry that is written or read, in bytes. */
    public static final int BYTES_MAX = 1 << 20;

    private CommandCodec() {}

    /** What bytes turned out to be. */
    public sealed interface Decoded {

        /**
         * A command.
         *
         * @param command the command
         */
        record Command(ControllerCommand command) implements Decoded {}

        /**
         * No command.
         *
         * @param why what is wrong with the bytes
         */
        record Malformed(String why) implements Decoded {}
    }

    /** The bytes of a command. */
    public static Bytes encode(ControllerCommand command) {
        ControllerEntry.Builder entry = ControllerEntry.newBuilder().setVersion(VERSION);
        ControllerEntry built = switch (command) {
            case Initialise initialise ->
                entry.setInitialise(CommandWire.toWire(initialise)).build();
            case Administer administer ->
                entry.setChange(CommandWire.toWire(administer)).build();
            case RegisterNode node ->
                entry.setRegister(CommandWire.toWire(node)).build();
            case Report report -> entry.setReport(CommandWire.toWire(report)).build();
            case RaiseLevel raise ->
                entry.setRaiseLevel(io.ostraka.proto.controller.log.RaiseLevel.newBuilder()
                                .setLevel(raise.level()))
                        .build();
        };
        return Bytes.wrap(built.toByteArray());
    }

    /** The command of bytes, whatever they are; the same on every controller. */
    public static Decoded decode(Bytes bytes) {
        if (bytes.size() > BYTES_MAX) {
            return new Decoded.Malformed("an entry of " + bytes.size() + " bytes, at most " + BYTES_MAX);
        }
        try {
            ControllerEntry entry = ControllerEntry.parseFrom(bytes.asByteBuffer());
            if (entry.getVersion() != VERSION) {
                return new Decoded.Malformed("an entry of version " + Integer.toUnsignedString(entry.getVersion())
                        + ", where " + VERSION + " is known");
            }
            Optional<? extends ControllerCommand> command = command(entry);
            return command.isPresent()
                    ? new Decoded.Command(command.get())
                    : new Decoded.Malformed("an entry without a command that is known");
        } catch (InvalidProtocolBufferException e) {
            return new Decoded.Malformed("an entry that is no message");
        } catch (MalformedConfigException e) {
            return new Decoded.Malformed("an entry that names no possible group");
        }
    }

    private static Optional<? extends ControllerCommand> command(ControllerEntry entry) {
        return switch (entry.getCommandCase()) {
            case INITIALISE -> Optional.of(CommandWire.fromWire(entry.getInitialise()));
            case CHANGE -> CommandWire.fromWire(entry.getChange());
            case REGISTER -> Optional.of(CommandWire.fromWire(entry.getRegister()));
            case REPORT -> Optional.of(CommandWire.fromWire(entry.getReport()));
            case RAISE_LEVEL -> Optional.of(new RaiseLevel(entry.getRaiseLevel().getLevel()));
            case COMMAND_NOT_SET -> Optional.empty();
        };
    }
}
