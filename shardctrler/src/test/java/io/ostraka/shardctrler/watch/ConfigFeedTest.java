package io.ostraka.shardctrler.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigDelta;
import io.ostraka.proto.config.ConfigHash;
import io.ostraka.proto.config.Extension;
import io.ostraka.proto.config.NodeRow;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConfigFeedTest {

    private ConfigFeed feed = ConfigFeed.of(ClusterConfig.founded(7, 4));
    private final Follower follower = new Follower();

    @Test
    void newcomerGetsTheWholeAndThenChanges() {
        Watcher watcher = new Watcher(follower, 0, ConfigHash.NONE);
        watcher.pump(feed);
        change(3);
        watcher.pump(feed);

        assertThat(follower.got).containsExactly("whole 1", "delta 2", "delta 3", "delta 4");
        assertThat(follower.config).isEqualTo(feed.current());
    }

    @Test
    void followerThatComesBackGetsWhatItMissed() {
        change(3);
        ClusterConfig held = current();
        change(2);
        follower.config = held;

        new Watcher(follower, held.revision(), held.hash()).pump(feed);

        assertThat(follower.got).containsExactly("delta 5", "delta 6");
    }

    @Test
    void followerThatMissedTooMuchOrHoldsAnotherChainGetsTheWhole() {
        ClusterConfig first = current();
        change(1);
        new Watcher(follower, 1, ConfigHash.NONE).pump(feed);
        new Watcher(follower, 2, first.hash()).pump(feed);
        change(ConfigFeed.RECENT_MAX + 1);
        new Watcher(follower, 1, first.hash()).pump(feed);

        assertThat(follower.got).containsExactly("whole 2", "whole 2", "whole " + (ConfigFeed.RECENT_MAX + 3));
        assertThat(feed.recent()).hasSize(ConfigFeed.RECENT_MAX);
    }

    @Test
    void followerThatTakesNothingOnlyFallsBehind() {
        Watcher watcher = new Watcher(follower, 0, ConfigHash.NONE);
        watcher.pump(feed);
        follower.ready = false;
        change(ConfigFeed.RECENT_MAX + 10);
        watcher.pump(feed);
        assertThat(follower.got).containsExactly("whole 1");

        follower.ready = true;
        watcher.pump(feed);
        assertThat(follower.got).containsExactly("whole 1", "whole " + (ConfigFeed.RECENT_MAX + 11));
    }

    @Test
    void followerThatIsAheadIsSentElsewhere() {
        assertThat(new Watcher(follower, 9, ConfigHash.NONE).pump(feed)).isFalse();
        assertThat(follower.got).containsExactly("behind 1");
    }

    @Test
    void signsOfLifeAreSentWhenNothingElseWasAndOnlyByWhoMayVouch() {
        Watcher watcher = new Watcher(follower, 0, ConfigHash.NONE);
        watcher.pump(feed);
        watcher.keepAlive(true, 2);
        watcher.keepAlive(false, 2);
        watcher.keepAlive(true, 2);

        assertThat(follower.got).containsExactly("whole 1", "alive 1");
    }

    @Test
    void followerThatNeverTakesAnythingIsDropped() {
        Watcher watcher = new Watcher(follower, 0, ConfigHash.NONE);
        follower.ready = false;

        assertThat(watcher.keepAlive(true, 2)).isTrue();
        assertThat(watcher.keepAlive(true, 2)).isTrue();
        assertThat(watcher.keepAlive(true, 2)).isFalse();
        assertThat(follower.got).containsExactly("stalled");
    }

    private ClusterConfig current() {
        ClusterConfig config = feed.current();
        assertThat(config).isNotNull();
        return config == null ? ClusterConfig.founded(7, 4) : config;
    }

    private void change(int times) {
        for (int i = 0; i < times; i++) {
            ClusterConfig before = current();
            ConfigDelta delta = ConfigDelta.extending(
                    before,
                    before.num(),
                    new ConfigDelta.Rows(
                            List.of(), List.of(), List.of(), List.of(new NodeRow(before.revision(), "n:1"))));
            feed = feed.and(List.of(delta), ((Extension.Extended) before.apply(delta)).config());
        }
    }

    private static final class Follower implements Watcher.Outlet {

        private final List<String> got = new ArrayList<>();
        private ClusterConfig config = ClusterConfig.founded(7, 4);
        private boolean ready = true;

        @Override
        public boolean isReady() {
            return ready;
        }

        @Override
        public void whole(ClusterConfig whole) {
            config = whole;
            got.add("whole " + whole.revision());
        }

        @Override
        public void delta(ConfigDelta delta) {
            config = ((Extension.Extended) config.apply(delta)).config();
            got.add("delta " + delta.revision());
        }

        @Override
        public void keepAlive(long revision) {
            got.add("alive " + revision);
        }

        @Override
        public void endBehind(long revision) {
            got.add("behind " + revision);
        }

        @Override
        public void endStalled() {
            got.add("stalled");
        }
    }
}
