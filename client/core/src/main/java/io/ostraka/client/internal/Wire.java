package io.ostraka.client.internal;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.ostraka.client.Bytes;
import io.ostraka.client.Write;
import io.ostraka.client.internal.routing.Effects.Header;
import io.ostraka.client.internal.routing.Effects.Send;
import io.ostraka.client.internal.routing.Operation;
import io.ostraka.client.internal.routing.Reply;
import io.ostraka.client.internal.routing.RoutingMap;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigWire;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.GroupRow;
import io.ostraka.proto.config.ReplicaRow;
import io.ostraka.proto.kv.Append;
import io.ostraka.proto.kv.AskOutcome;
import io.ostraka.proto.kv.AtomicBatch;
import io.ostraka.proto.kv.BatchItem;
import io.ostraka.proto.kv.CompareAndSet;
import io.ostraka.proto.kv.Delete;
import io.ostraka.proto.kv.Get;
import io.ostraka.proto.kv.KvRequest;
import io.ostraka.proto.kv.KvResponse;
import io.ostraka.proto.kv.Put;
import io.ostraka.proto.kv.ReadMode;
import io.ostraka.proto.kv.RouteHint;
import io.ostraka.proto.kv.WriteHeader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Translates between the client's values and the messages of the wire contract. */
final class Wire {

    private Wire() {}

    static KvRequest request(Send send) {
        KvRequest.Builder request = KvRequest.newBuilder()
                .setId(send.attempt())
                .setGroup(ConfigWire.toWire(send.place().group()))
                .setShard(send.place().shard())
                .setTimeoutMillis((int) Math.min(send.timeoutMillis(), Integer.MAX_VALUE));
        Header header = send.header();
        if (header != null) {
            request.setWrite(WriteHeader.newBuilder()
                    .setNumber(header.number())
                    .setLowestUnanswered(header.lowestUnanswered())
                    .setT0Millis(header.t0Millis()));
        }
        Operation operation = send.operation();
        if (operation instanceof Operation.Get get) {
            request.setGet(get(get));
        } else if (operation instanceof Operation.Change change) {
            setChange(request, change.write());
        } else if (operation instanceof Operation.Batch batch) {
            AtomicBatch.Builder items = AtomicBatch.newBuilder();
            batch.writes().forEach(write -> items.addItems(item(write)));
            request.setBatch(items);
        } else if (operation instanceof Operation.Ask) {
            request.setAsk(AskOutcome.getDefaultInstance());
        }
        return request.build();
    }

    private static Get.Builder get(Operation.Get asked) {
        Get.Builder get = Get.newBuilder().setKey(string(asked.key()));
        Duration maxStaleness = asked.maxStaleness();
        return maxStaleness == null
                ? get.setMode(ReadMode.LINEARIZABLE)
                : get.setMode(ReadMode.ANY_REPLICA).setMaxStalenessMillis(maxStaleness.toMillis());
    }

    private static void setChange(KvRequest.Builder request, Write write) {
        if (write instanceof Write.Put put) {
            request.setPut(put(put));
        } else if (write instanceof Write.Append append) {
            request.setAppend(append(append));
        } else if (write instanceof Write.Delete delete) {
            request.setDelete(delete(delete));
        } else if (write instanceof Write.CompareAndSet swap) {
            request.setCompareAndSet(swap(swap));
        }
    }

    private static BatchItem item(Write write) {
        BatchItem.Builder item = BatchItem.newBuilder();
        if (write instanceof Write.Put put) {
            item.setPut(put(put));
        } else if (write instanceof Write.Append append) {
            item.setAppend(append(append));
        } else if (write instanceof Write.Delete delete) {
            item.setDelete(delete(delete));
        } else if (write instanceof Write.CompareAndSet swap) {
            item.setCompareAndSet(swap(swap));
        }
        return item.build();
    }

    private static Put.Builder put(Write.Put put) {
        return Put.newBuilder()
                .setKey(string(put.key()))
                .setValue(string(put.value()))
                .setTtlMillis(put.ttlMillis());
    }

    private static Append.Builder append(Write.Append append) {
        return Append.newBuilder().setKey(string(append.key())).setValue(string(append.value()));
    }

    private static Delete.Builder delete(Write.Delete delete) {
        return Delete.newBuilder().setKey(string(delete.key()));
    }

    private static CompareAndSet.Builder swap(Write.CompareAndSet swap) {
        CompareAndSet.Builder message = CompareAndSet.newBuilder()
                .setKey(string(swap.key()))
                .setExpectedRevision(swap.expectedRevision())
                .setTtlMillis(swap.ttlMillis());
        Bytes value = swap.value();
        return value == null ? message : message.setValue(string(value));
    }

    static Reply reply(KvResponse response) {
        RouteHint hint = response.hasHint() ? response.getHint() : null;
        return new Reply(
                response.getId(),
                response.getCode(),
                response.getMessage(),
                new Reply.Content(
                        response.getFound(),
                        Bytes.wrap(response.getValue().toByteArray()),
                        response.getRevision(),
                        response.getAsked()),
                response.getShardTimeMillis(),
                new Reply.Way(hint == null ? null : hint(hint), response.getRetryAfterMillis()));
    }

    private static Reply.Hint hint(RouteHint hint) {
        return new Reply.Hint(
                hint.hasGroup() ? ConfigWire.fromWire(hint.getGroup()) : null,
                hint.getLeaderAddress(),
                hint.getAddressesList(),
                hint.getEpoch());
    }

    /** What the client needs of a configuration. */
    static RoutingMap map(ClusterConfig config) {
        Map<GroupRef, List<String>> groups = new TreeMap<>();
        for (GroupRow group : config.groups().values()) {
            List<String> nodes = new ArrayList<>();
            for (ReplicaRow replica : group.replicas()) {
                String address = config.addressOf(replica.nodeId()).orElse("");
                if (!address.isEmpty() && !replica.lost()) {
                    nodes.add(address);
                }
            }
            groups.put(group.ref(), nodes);
        }
        List<RoutingMap.Shard> shards = config.shards().stream()
                .map(row -> new RoutingMap.Shard(row.owner() != null ? row.owner() : row.target(), row.epoch()))
                .toList();
        return new RoutingMap(config.clusterId(), config.revision(), shards, groups);
    }

    private static ByteString string(Bytes bytes) {
        return UnsafeByteOperations.unsafeWrap(bytes.asByteBuffer());
    }
}
