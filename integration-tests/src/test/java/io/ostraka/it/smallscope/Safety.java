package io.ostraka.it.smallscope;

import static io.ostraka.it.smallscope.HandOverModel.DONE;
import static io.ostraka.it.smallscope.HandOverModel.DONE_TWICE;
import static io.ostraka.it.smallscope.HandOverModel.FIRST_PLACE;
import static io.ostraka.it.smallscope.HandOverModel.SAID;

import io.ostraka.raft.core.GroupId;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.shard.ShardState;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What must never be (DESIGN section 5): asked of every state. */
final class Safety {

    static final String TWO_SERVERS = "two groups serve the shard";
    static final String TOKEN_LOST = "nobody has the shard's token";
    static final String EXECUTED_TWICE = "a write was executed twice";
    static final String WRITE_MISSING = "a write that was acknowledged is missing";
    static final String CAME_BACK = "a deleted key has come back";

    static final Set<String> VIOLATIONS = Set.of(TWO_SERVERS, TOKEN_LOST, EXECUTED_TWICE, WRITE_MISSING, CAME_BACK);

    private final Groups groups;
    private final Scope scope;

    Safety(Groups groups, Scope scope) {
        this.groups = groups;
        this.scope = scope;
    }

    @Nullable
    String violation(int[] state) {
        if ((state[DONE] & DONE_TWICE) != 0) {
            return EXECUTED_TWICE;
        }
        int serving = -1;
        for (int place = FIRST_PLACE; place < SAID; place++) {
            if (state[place] >= 0 && groups.state(state[place]).isServing()) {
                if (serving >= 0) {
                    return TWO_SERVERS;
                }
                serving = state[place];
            }
        }
        if (serving < 0) {
            return isOnItsWay(state) ? null : TOKEN_LOST;
        }
        return wrongContent(groups.content(serving), state[DONE]);
    }

    /** Whether a group is frozen for exactly what another one imports. */
    private boolean isOnItsWay(int[] state) {
        for (int from = FIRST_PLACE; from < SAID; from++) {
            if (state[from] < 0 || !(groups.state(state[from]) instanceof ShardState.Frozen)) {
                continue;
            }
            for (int to = FIRST_PLACE; to < SAID; to++) {
                if (state[to] >= 0
                        && groups.state(state[to]) instanceof ShardState.Importing importing
                        && isFrozenFor(state[from], state[to], importing)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean isFrozenFor(int from, int to, ShardState.Importing importing) {
        GroupId source = groups.image(from).group();
        ExportName name = new ExportName(
                0,
                importing.epoch(),
                importing.exportId(),
                importing.source(),
                groups.image(to).group());
        return same(importing.source(), source)
                && groups.state(from) instanceof ShardState.Frozen frozen
                && frozen.epoch() == name.epoch() + 1
                && frozen.exportId().high() == name.exportId().high()
                && frozen.exportId().low() == name.exportId().low()
                && same(frozen.successor(), name.importer());
    }

    /** Not by what the system takes for equal: it may be what is wrong. */
    private static boolean same(GroupId one, GroupId other) {
        return one.gid() == other.gid() && one.incarnation() == other.incarnation();
    }

    private @Nullable String wrongContent(String content, int done) {
        if (content.equals(Writes.content(done, scope))) {
            return null;
        }
        return Writes.hasComeBack(content, done, scope) ? CAME_BACK : WRITE_MISSING;
    }
}
