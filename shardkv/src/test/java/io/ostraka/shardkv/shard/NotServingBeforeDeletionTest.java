package io.ostraka.shardkv.shard;

import static io.ostraka.shardkv.shard.GroupFixture.groups;
import static io.ostraka.shardkv.shard.GroupFixture.key;
import static io.ostraka.shardkv.shard.GroupFixture.name;
import static io.ostraka.shardkv.shard.GroupFixture.plan;
import static io.ostraka.shardkv.shard.GroupFixture.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.EntryType;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.CommandCodec;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.command.StampedCommand;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A read beside apply, while a shard goes and its data are deleted: that the group no longer serves it must be
 * published first (DESIGN section 3), or a key that another group has is said to be missing.
 */
class NotServingBeforeDeletionTest {

    private static final int SHARD = 1;
    private static final int STAYS = 2;
    private static final Bytes KEY = key(SHARD, 0);

    private final GroupFixture source = new GroupFixture(1, 1);
    private final GroupFixture importer = new GroupFixture(2, 2);
    private WatchedStore store;
    private GroupStateMachine machine;

    @BeforeEach
    void twoShardsAreServed() {
        source.configure(groups(source, importer), plan(SHARD, source, 1, importer), plan(STAYS, source, 1, null));
        source.apply(new Command.CreateShard(SHARD));
        source.apply(new Command.CreateShard(STAYS));
        source.write(1, 1, SHARD, put(KEY, "value"));
        source.write(1, 1, STAYS, put(key(STAYS, 0), "stays"));
        store = new WatchedStore(source.store());
        machine = GroupStateMachine.open(source.options(), store, GroupListener.NONE);
        assertThat(machine.read(SHARD, KEY)).isInstanceOf(KvRead.Found.class);
    }

    /** A replica that catches up applies the freeze and the clean-up as one batch. */
    @Test
    void aReadBetweenTheDeletionAndTheEndOfItsBatchIsNotServed() {
        List<KvRead> reads = new ArrayList<>();
        List<KvRead> ofTheOther = new ArrayList<>();
        store.afterWrite(() -> {
            reads.add(machine.read(SHARD, KEY));
            ofTheOther.add(machine.read(STAYS, key(STAYS, 0)));
        });

        shardGoes();

        assertThat(reads).isNotEmpty().hasOnlyElementsOfType(KvRead.NotServing.class);
        assertThat(ofTheOther).hasOnlyElementsOfType(KvRead.Found.class);
        assertThat(machine.view().shard(SHARD).state()).isEqualTo(new ShardState.Absent(2));
    }

    @Test
    void aReadThatBeganBeforeTheDeletionAndLooksAfterItIsNotServed() {
        store.beforeNextGet(this::shardGoes);

        assertThat(machine.read(SHARD, KEY)).isInstanceOf(KvRead.NotServing.class);
    }

    @Test
    void aReadThatBeganBeforeTheFreezeAndLooksAfterItIsNotServed() {
        ExportName move = name(SHARD, 1, 1, source, importer);
        store.beforeNextGet(() -> apply(new Command.BeginExport(move), new Command.Freeze(move)));

        assertThat(machine.read(SHARD, KEY)).isInstanceOf(KvRead.NotServing.class);
    }

    private void shardGoes() {
        ExportName move = name(SHARD, 1, 1, source, importer);
        apply(new Command.BeginExport(move), new Command.Freeze(move), new Command.CleanUp(move));
    }

    private void apply(Command... commands) {
        List<Entry> entries = new ArrayList<>();
        long index = machine.view().applied().index();
        for (Command command : commands) {
            index++;
            Bytes payload = CommandCodec.encode(new StampedCommand(source.logTimeMillis(), command));
            entries.add(new Entry(index, 1, EntryType.COMMAND, payload));
        }
        machine.apply(entries, (_, _) -> {});
    }
}
