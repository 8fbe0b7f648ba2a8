package io.ostraka.shardctrler.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.proto.config.GroupRef;
import io.ostraka.shardctrler.codec.ImageCodec;
import io.ostraka.shardctrler.command.ControllerResult.Done;
import io.ostraka.shardctrler.command.TokenState;
import io.ostraka.shardctrler.state.Recoveries.Outcome;
import io.ostraka.shardctrler.state.Recoveries.Said;
import io.ostraka.shardctrler.state.Recoveries.Source;
import org.junit.jupiter.api.Test;

/** What an administrator is told of recoveries: before, while shards wait, and afterwards. */
class RecoveryForecastTest extends RecoveryScenario {

    @Test
    void shardThatKeepsWaitingSaysForWhom() {
        ownedByOne();
        cluster.join(2, 3);
        cluster.move(0, 2);
        cluster.move(0, 3);
        recover(1, 0);
        assertThat(waitsFor()).containsExactly(cluster.ref(2), cluster.ref(3));

        say(3, TokenState.ABSENT, 0, null);
        assertThat(waitsFor()).containsExactly(cluster.ref(2));
        say(2, TokenState.ABSENT, 0, null);
        assertThat(waitsFor()).as("whoever is to serve it").containsExactly(cluster.ref(3));
        say(3, TokenState.SERVING, 3, null);
        assertThat(waitsFor()).isEmpty();
    }

    @Test
    void shardThatWaitsForAnImportWaitsForItsSourceToo() {
        ownedByOne();
        cluster.join(2, 3);
        cluster.move(0, 2);
        recover(1, 0);

        say(2, TokenState.IMPORTING, 1, cluster.ref(3));

        assertThat(waitsFor()).containsExactly(cluster.ref(2), cluster.ref(3));
    }

    @Test
    void planOfASecondRecoveryNamesTheShardsThatWaitForTheGroup() {
        ownedByOne();
        cluster.join(2, 3);
        cluster.move(0, 2);
        say(2, TokenState.SERVING, 2, null);
        recover(2, 3);
        assertThat(waitsFor()).containsExactly(cluster.ref(1));
        ControllerState before = cluster.state();
        GroupRef one = cluster.ref(1);

        Done done = (Done) recover(1, 0);

        assertThat(done.message()).contains("1 more");
        assertThat(RecoveryForecast.of(before, cluster.state(), one, (group, shard) -> null))
                .singleElement()
                .satisfies(forecast -> {
                    assertThat(forecast.shard()).isZero();
                    assertThat(forecast.source()).isEqualTo(Source.EMPTY);
                    assertThat(forecast.loss()).startsWith("everything");
                });
    }

    @Test
    void planDoesNotPromiseWhatNobodyHasSaid() {
        ownedByOne();
        cluster.join(2);
        cluster.move(0, 2);
        ControllerState before = cluster.state();
        GroupRef two = cluster.ref(2);
        recover(2, 0);

        assertThat(RecoveryForecast.of(before, cluster.state(), two, (group, shard) -> null))
                .extracting(RecoveryForecast::loss)
                .containsExactly("nothing, if group 1 still has the shard; else everything");
        Said serving = new Said(TokenState.EXPORTING, 1, two);
        assertThat(RecoveryForecast.of(before, cluster.state(), two, (group, shard) -> serving))
                .extracting(RecoveryForecast::loss)
                .containsExactly("nothing: group 1 says that it has the shard");
    }

    @Test
    void planSaysThatAnImportIsDropped() {
        ownedByOne();
        cluster.join(2);
        cluster.move(0, 2);
        ControllerState before = cluster.state();
        GroupRef one = cluster.ref(1);
        recover(1, 0);
        Said importing = new Said(TokenState.IMPORTING, 1, one);

        assertThat(RecoveryForecast.of(before, cluster.state(), one, (group, shard) -> importing))
                .extracting(RecoveryForecast::loss)
                .containsExactly("everything: nobody who was heard has a copy; what group 2 was importing is dropped");
    }

    @Test
    void howAShardWentOnIsKept() {
        ownedByOne();
        cluster.join(2);
        cluster.move(0, 2);
        recover(2, 0);

        say(1, TokenState.SERVING, 1, null);

        assertThat(outcome()).isEqualTo(new Outcome(Source.OWNER, cluster.ref(1), 1, 0));
        assertThat(ImageCodec.decode(ImageCodec.encode(cluster.state()))).isEqualTo(cluster.state());
    }
}
