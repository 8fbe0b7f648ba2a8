package io.ostraka.client.internal.routing;

import io.ostraka.client.internal.routing.Reply.Hint;
import io.ostraka.proto.config.GroupRef;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The cached map: which group holds each shard, by epoch. Knowledge comes from the controller's configuration and from
 * nodes' hints, and only a higher epoch replaces what is known: a node or a controller that is behind cannot send the
 * client back.
 */
final class RouteTable {

    private final TreeMap<GroupRef, GroupRoute> groups = new TreeMap<>();
    private @Nullable GroupRef[] holders = new GroupRef[0];
    private long[] epochs = new long[0];
    private long revision = -1;

    boolean isEmpty() {
        return epochs.length == 0;
    }

    int shards() {
        return epochs.length;
    }

    /** The group to ask for this shard; null if nobody is to hold it. */
    @Nullable
    GroupRoute holder(int shard) {
        GroupRef name = holders[shard];
        return name == null ? null : group(name);
    }

    /** All groups, in the order of their names. */
    List<GroupRoute> groups() {
        return List.copyOf(groups.values());
    }

    GroupRoute group(GroupRef name) {
        return groups.computeIfAbsent(name, GroupRoute::new);
    }

    /** Takes in a configuration. Returns whether it is another than the one before. */
    boolean learn(RoutingMap map) {
        boolean news = map.revision() != revision;
        revision = map.revision();
        int shards = map.shards().size();
        if (epochs.length != shards) {
            holders = new GroupRef[shards];
            epochs = new long[shards];
        }
        for (int shard = 0; shard < shards; shard++) {
            RoutingMap.Shard row = map.shards().get(shard);
            if (row.epoch() >= epochs[shard] && row.holder() != null) {
                holders[shard] = row.holder();
                epochs[shard] = row.epoch();
            }
        }
        for (Map.Entry<GroupRef, List<String>> entry : new TreeMap<>(map.groups()).entrySet()) {
            group(entry.getKey()).addresses(entry.getValue());
        }
        return news;
    }

    /** Takes in the hint of a WRONG_GROUP answer of {@code from}. Returns whether it told something new. */
    boolean learn(int shard, GroupRef from, @Nullable Hint hint) {
        if (hint == null || hint.group() == null || shard >= epochs.length) {
            return false;
        }
        GroupRoute group = group(hint.group());
        if (group.addresses().isEmpty() && !hint.addresses().isEmpty()) {
            group.addresses(hint.addresses());
        }
        boolean another = !hint.group().equals(holders[shard]);
        boolean handedOn = another && from.equals(holders[shard]) && hint.epoch() >= epochs[shard];
        if (hint.epoch() <= epochs[shard] && !handedOn) {
            return false;
        }
        holders[shard] = hint.group();
        epochs[shard] = hint.epoch();
        if (!hint.leader().isEmpty()) {
            group.hinted(hint.leader());
        }
        return another;
    }
}
