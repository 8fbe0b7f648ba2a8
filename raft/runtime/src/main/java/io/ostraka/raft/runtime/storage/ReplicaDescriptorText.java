package io.ostraka.raft.runtime.storage;

import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.membership.Membership;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A {@link ReplicaDescriptor} as the lines of a {@link SealedText}. */
final class ReplicaDescriptorText {

    private static final String GID = "group.gid";
    private static final String INCARNATION = "group.incarnation";
    private static final String REPLICA = "replica";
    private static final String VOTERS = "founding.voters";
    private static final String LEARNERS = "founding.learners";
    private static final String OUTGOING = "founding.outgoing";
    private static final String RECORDED = "recorded";

    private ReplicaDescriptorText() {}

    static SortedMap<String, String> encode(ReplicaDescriptor descriptor) {
        TreeMap<String, String> text = new TreeMap<>();
        text.put(GID, Long.toString(descriptor.group().gid()));
        text.put(INCARNATION, Long.toString(descriptor.group().incarnation()));
        text.put(REPLICA, Long.toString(descriptor.replica().value()));
        text.put(VOTERS, text(descriptor.founding().voters()));
        text.put(LEARNERS, text(descriptor.founding().learners()));
        text.put(OUTGOING, text(descriptor.founding().outgoingVoters()));
        text.put(RECORDED, Boolean.toString(descriptor.recorded()));
        return text;
    }

    static ReplicaDescriptor decode(SortedMap<String, String> text, String where) throws NodeDirectoryException {
        try {
            return new ReplicaDescriptor(
                    new GroupId(Long.parseLong(text.get(GID)), Long.parseLong(text.get(INCARNATION))),
                    new ReplicaId(Long.parseLong(text.get(REPLICA))),
                    new Membership(
                            replicas(text.get(VOTERS)), replicas(text.get(LEARNERS)), replicas(text.get(OUTGOING))),
                    Boolean.parseBoolean(text.get(RECORDED)));
        } catch (IllegalArgumentException e) {
            throw SealedText.damaged(where);
        }
    }

    private static String text(List<ReplicaId> replicas) {
        return replicas.stream().map(replica -> Long.toString(replica.value())).collect(Collectors.joining(" "));
    }

    private static List<ReplicaId> replicas(@Nullable String text) {
        List<ReplicaId> replicas = new ArrayList<>();
        for (String id : String.valueOf(text).split(" ")) {
            if (!id.isEmpty()) {
                replicas.add(new ReplicaId(Long.parseLong(id)));
            }
        }
        return replicas;
    }
}
