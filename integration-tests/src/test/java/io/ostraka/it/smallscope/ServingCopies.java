package io.ostraka.it.smallscope;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.GroupId;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.Command.Span;
import io.ostraka.shardkv.command.Digest;
import io.ostraka.shardkv.command.ShardItem;
import io.ostraka.shardkv.migration.TransferRequest;
import io.ostraka.shardkv.shard.GroupImage;
import io.ostraka.shardkv.shard.ShardState;
import io.ostraka.shardkv.shard.ShardView;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a source would send that copies while it serves (DESIGN section 5, step 3): the importer's state machine takes
 * it, and the agents of this version never send it (docs/decisions, 0006). The base comes in two chunks, each read when
 * it is asked for; rounds begin at the revision that the importer has logged, and so does the last one, which comes
 * with the activation.
 */
final class ServingCopies {

    private static final int SESSION_ROW = 0x21;
    private static final int DATA = 0x10;

    private ServingCopies() {}

    /** What a source in this state would make the importer log that opens a stream so. */
    static List<Command> answer(GroupImage source, TransferRequest.Open open) {
        ShardState state = source.view().shard(0).state();
        if (state instanceof ShardState.Frozen frozen && state.isFrozenFor(open.name())) {
            return open.baseComplete() ? List.of(end(source, open, frozen)) : List.of(base(source, open));
        }
        if (state.isExporting(open.name())) {
            return List.of(open.baseComplete() ? round(source, open) : base(source, open));
        }
        return List.of();
    }

    /** Which place of the search a group has. */
    static int placeOf(GroupId group) {
        return group.incarnation() == 1 ? (int) group.gid() - 1 : HandOverModel.PLACES - 1;
    }

    /** The next part of the base: the first item alone, then all others. */
    private static Command base(GroupImage source, TransferRequest.Open open) {
        Bytes after = open.lastBaseKey();
        List<ShardItem> items = source.items().stream()
                .filter(item -> item.key().compareTo(after) > 0)
                .toList();
        boolean first = after.isEmpty();
        long revision = source.view().shard(0).revision();
        return new Command.ImportChunk(
                open.name(), new Span.Base(after, !first, revision), first ? items.subList(0, 1) : items);
    }

    private static Command round(GroupImage source, TransferRequest.Open open) {
        long revision = source.view().shard(0).revision();
        return new Command.ImportChunk(
                open.name(), new Span.Round(open.revision(), revision), changed(source.items(), open.revision()));
    }

    private static Command end(GroupImage source, TransferRequest.Open open, ShardState.Frozen frozen) {
        ShardView shard = source.view().shard(0);
        List<ShardItem> items = source.items();
        Digest digest = source.digestFrozen(open.name(), items.getLast().key());
        return new Command.Activate(
                open.name(),
                open.revision(),
                changed(items, open.revision()),
                shard.revision(),
                frozen.shardTimeMillis(),
                shard.floorMillis(),
                Objects.requireNonNull(digest, "it is frozen"));
    }

    /** Every item above a revision; one that was deleted since, as a tombstone. */
    private static List<ShardItem> changed(List<ShardItem> items, long from) {
        List<ShardItem> changed = new ArrayList<>();
        ShardItem deleted = deleted(items);
        if (deleted != null && deleted.revision() > from) {
            changed.add(deleted);
        }
        items.stream().filter(item -> item.revision() > from).forEach(changed::add);
        return changed;
    }

    /** The tombstone of the key that the second write deletes, once the row says that it did. */
    private static @Nullable ShardItem deleted(List<ShardItem> items) {
        Bytes key = Bytes.utf8((char) DATA + Writes.KEYS.get(0).toUtf8());
        if (items.stream().anyMatch(item -> item.key().equals(key))) {
            return null;
        }
        return items.stream()
                .filter(item -> item.key().byteAt(0) == SESSION_ROW
                        && item.key().byteAt(item.key().size() - 1) == Writes.COUNT)
                .map(row -> new ShardItem(key, row.revision(), true, Bytes.EMPTY))
                .findFirst()
                .orElse(null);
    }
}
