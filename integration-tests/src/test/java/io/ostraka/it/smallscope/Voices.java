package io.ostraka.it.smallscope;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.raft.core.GroupId;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.migration.TransferReply;
import io.ostraka.shardkv.migration.TransferRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the agents of a group would say in a state: the real ones, made anew for each question, as by a change of
 * leader. What they do with a word that they hear depends on what the stream brought before it, so that is brought
 * before it: that it was opened; and, where the plan was dropped meanwhile, that it is too late for that. And where a
 * command that they propose changes nothing, they hear its answer at once. Commands that do change something are
 * applied by the search; the same word is heard again in the state after them.
 */
final class Voices {

    private final Groups groups;
    private final int exportIds;

    Voices(Groups groups, int exportIds) {
        this.groups = groups;
        this.exportIds = exportIds;
    }

    /** What the group says of its own accord. */
    List<Fact> own(int group, int place) {
        AgentRun run = new AgentRun(groups, group, place, exportIds);
        run.tick();
        return run.said();
    }

    /** What a group that knows nothing proposes when it sees a configuration. */
    Fact config(int emptyGroup, ClusterConfig config) {
        AgentRun run = new AgentRun(groups, emptyGroup, 0, exportIds);
        run.see(config);
        return run.said().stream()
                .filter(Fact.Proposal.class::isInstance)
                .map(said -> (Command.ConfigUpdate) ((Fact.Proposal) said).command())
                .map(Fact.Config::new)
                .findFirst()
                .orElseThrow();
    }

    /** What a group that copies while it serves would make the importer log that it hears. */
    List<Fact> copies(int group, Fact heard) {
        return heard instanceof Fact.ToSource said && said.request() instanceof TransferRequest.Open open
                ? ServingCopies.answer(groups.image(group), open).stream()
                        .map(copy -> (Fact) new Fact.Proposal(
                                ServingCopies.placeOf(open.name().importer()), copy))
                        .toList()
                : List.of();
    }

    /** What the group says when it hears something. */
    List<Fact> answer(int group, int place, Fact heard) {
        GroupId self = groups.image(group).group();
        return switch (heard) {
            case Fact.ToSource said
            when said.request().name().source().equals(self) -> asSource(group, place, said.request(), said.stream());
            case Fact.ToImporter said
            when said.reply().name().importer().equals(self) -> asImporter(group, place, said.reply(), said.stream());
            case Fact.ToSource _, Fact.ToImporter _ -> List.of();
            case Fact.Proposal _, Fact.Config _, Fact.ToController _, Fact.Begun _ -> List.of();
        };
    }

    private List<Fact> asSource(int group, int place, TransferRequest request, TransferRequest.@Nullable Open stream) {
        AgentRun run = new AgentRun(groups, group, place, exportIds);
        run.hear(request, stream);
        List<Fact> said = new ArrayList<>(run.said());
        if (stream != null && !stream.equals(request)) {
            AgentRun resumed = new AgentRun(groups, group, place, exportIds);
            resumed.hear(stream, stream);
            resumed.hear(request, stream);
            said.addAll(resumed.said());
        }
        return said;
    }

    private List<Fact> asImporter(int group, int place, TransferReply reply, TransferRequest.@Nullable Open stream) {
        AgentRun run = new AgentRun(groups, group, place, exportIds);
        run.tick();
        List<Fact> said = new ArrayList<>(heard(run, reply, stream));
        if (run.isCancelling()) {
            AgentRun late = new AgentRun(groups, group, place, exportIds);
            late.tick();
            late.hear(new TransferReply.Refused(reply.name(), TransferReply.Refusal.FROZEN));
            late.tickLater();
            said.addAll(heard(late, reply, stream));
        }
        return said;
    }

    private static List<Fact> heard(AgentRun run, TransferReply reply, TransferRequest.@Nullable Open stream) {
        if (stream != null) {
            if (!stream.equals(run.stream())) {
                return List.of();
            }
            run.hear(new TransferReply.Opened(reply.name(), 0));
        }
        run.hear(reply);
        if (reply instanceof TransferReply.Refused) {
            run.tickLater();
        }
        return run.said();
    }
}
