package io.ostraka.it.scenarios.kv;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostraka.client.Bytes;
import io.ostraka.it.scenarios.kv.StoreCluster.Setting;
import io.ostraka.raft.testkit.history.KvOperation;
import io.ostraka.raft.testkit.history.KvResult;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The scenarios' own words fail where they must: a scenario that cannot fail shows nothing. */
final class StoreScenarioNoticesTest {

    private static void playOnOneGroup(Consumer<StoreScenario> script) {
        VirtualTime.play(new Setting(1, 3, 1_000), scenario -> {
            scenario.join(0);
            scenario.put("a", "1");
            script.accept(scenario);
        });
    }

    @Test
    void acknowledgedWriteThatNeverWasIsNoticed() {
        assertThatThrownBy(() -> playOnOneGroup(s -> s.history()
                        .called("liar", new KvOperation.Append("a", "2"))
                        .returned(new KvResult.Applied(1_000))))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("liar");
    }

    @Test
    void staleReadIsNoticed() {
        assertThatThrownBy(() -> playOnOneGroup(s -> {
                    s.put("a", "2");
                    s.history().called("liar", new KvOperation.Get("a")).returned(new KvResult.Found("1", 1));
                }))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("liar");
    }

    @Test
    void writeThatNobodyAskedForIsNoticed() {
        assertThatThrownBy(() -> playOnOneGroup(s -> s.cluster()
                        .await(
                                "a write behind the history's back",
                                s.clerk().client().putAsync(Bytes.utf8("b"), Bytes.utf8("1")))))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("which nobody asked for");
    }

    @Test
    void valueThatIsNotTheExpectedOneIsNoticed() {
        assertThatThrownBy(() -> playOnOneGroup(s -> s.checkIs("a", "2")))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("value of a");
    }

    @Test
    void callThatIsNeverAnsweredIsNoticed() {
        assertThatThrownBy(() -> playOnOneGroup(s -> {
                    s.shutDownGroup(0);
                    s.check("a");
                }))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("in vain for clerk-0's get of a");
    }

    @Test
    void logThatGrowsWithoutBoundIsNoticed() {
        assertThatThrownBy(() -> VirtualTime.play(new Setting(1, 3, 20_000), s -> {
                    s.join(0);
                    s.put("a", s.piece(15_000));
                    s.sleepMillis(1_000);
                    s.checkLogs(1_000, s.allReplicas());
                }))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("in no flush");
    }
}
