package io.ostraka.shardctrler.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostraka.proto.controller.log.ControllerEntry;
import io.ostraka.raft.core.Bytes;
import io.ostraka.shardctrler.codec.CommandCodec.Decoded;
import io.ostraka.shardctrler.command.Change;
import io.ostraka.shardctrler.command.ControllerCommand.Administer;
import io.ostraka.shardctrler.command.RequestId;
import io.ostraka.shardctrler.state.ControllerState;
import io.ostraka.shardctrler.state.PlannedCluster;
import io.ostraka.shardctrler.state.Transitions;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CommandCodecTest {

    @Test
    void commandsSurviveTheLog() {
        for (Change change : List.of(
                new Change.Join(List.of(new Change.JoiningGroup(-3, List.of("a:1", ""), -7))),
                new Change.Join(List.of()),
                new Change.Leave(List.of(1L, -1L)),
                new Change.Leave(List.of()),
                new Change.Move(-1, 0),
                new Change.Unpin(List.of()),
                new Change.Undo(-5))) {
            Administer command = new Administer(new RequestId(-1, 2), -9, change);
            assertThat(CommandCodec.decode(CommandCodec.encode(command))).isEqualTo(new Decoded.Command(command));
        }
    }

    @Test
    void entryOfAnotherVersionIsMalformed() {
        ControllerEntry newer = ControllerEntry.newBuilder().setVersion(2).build();

        assertThat(CommandCodec.decode(Bytes.wrap(newer.toByteArray()))).isInstanceOf(Decoded.Malformed.class);
        assertThat(CommandCodec.decode(Bytes.EMPTY)).isInstanceOf(Decoded.Malformed.class);
        assertThat(CommandCodec.decode(Bytes.wrap(new byte[CommandCodec.BYTES_MAX + 1])))
                .isInstanceOf(Decoded.Malformed.class);
    }

    @Test
    void noBytesThrowNeitherWhenDecodedNorWhenApplied() {
        PlannedCluster cluster = PlannedCluster.withNodes(4, 2);
        cluster.join(1);
        byte[] valid = CommandCodec.encode(new Administer(
                        new RequestId(3, 4),
                        0,
                        new Change.Join(List.of(new Change.JoiningGroup(2, List.of("n1:1", "n2:1"), 1)))))
                .toByteArray();
        ControllerState state = cluster.state();
        SplittableRandom random = new SplittableRandom(1);
        for (int round = 0; round < 10_000; round++) {
            byte[] bytes = random.nextBoolean() ? valid.clone() : new byte[random.nextInt(40)];
            if (bytes.length != valid.length) {
                random.nextBytes(bytes);
            } else {
                for (int flips = random.nextInt(1, 4); flips > 0; flips--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                }
            }
            if (CommandCodec.decode(Bytes.wrap(bytes)) instanceof Decoded.Command decoded) {
                assertThat(Transitions.apply(state, decoded.command()).result()).isNotNull();
            }
        }
    }

    @Test
    void imageOfNothingAndOfGarbageIsToldApart() {
        assertThat(ImageCodec.decode(ImageCodec.encode(ControllerState.EMPTY))).isEqualTo(ControllerState.EMPTY);
        assertThatThrownBy(() -> ImageCodec.decode(Bytes.utf8("no image"))).isInstanceOf(MalformedImageException.class);
        assertThatThrownBy(() -> ImageCodec.decode(Bytes.EMPTY)).isInstanceOf(MalformedImageException.class);
    }
}
