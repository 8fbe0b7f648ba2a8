package io.ostraka.raft.testkit.linearizability;

import io.ostraka.raft.testkit.history.Call;
import io.ostraka.raft.testkit.history.HistoryLines;
import io.ostraka.raft.testkit.history.KvOperation;
import io.ostraka.raft.testkit.history.KvResult;
import io.ostraka.raft.testkit.history.MalformedHistoryException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;

/**
 * Checks histories that were kept as files, see {@link HistoryLines}. Needs nothing but the JDK:
 *
 * <pre>{@code
 * java -cp raft/testkit/target/classes io.ostraka.raft.testkit.linearizability.CheckHistory history.jsonl
 * }</pre>
 */
public final class CheckHistory {

    private static final String USAGE = "usage: CheckHistory [--configurations N] FILE...";
    private static final int LINEARIZABLE = 0;
    private static final int NOT_SHOWN = 1;
    private static final int CALLED_WRONGLY = 2;

    private CheckHistory() {}

    /**
     * Checks each file and prints what is to be said of it. Exits with 0 if all are linearizable, 1 if one is not or
     * stays undecided, 2 if one cannot be read.
     *
     * @param args files, after {@code --configurations N} for another bound than the default
     */
    public static void main(String[] args) {
        System.exit(run(List.of(args), System.out, System.err));
    }

    static int run(List<String> args, PrintStream out, PrintStream err) {
        List<String> files = args;
        Bound bound = Bound.DEFAULT;
        if (args.size() > 2
                && args.getFirst().equals("--configurations")
                && args.get(1).matches("[1-9]\\d{0,17}")) {
            bound = bound.withConfigurations(Long.parseLong(args.get(1)));
            files = args.subList(2, args.size());
        }
        if (files.isEmpty() || files.getFirst().startsWith("--")) {
            err.println(USAGE);
            return CALLED_WRONGLY;
        }
        int code = LINEARIZABLE;
        for (String file : files) {
            try {
                List<Call<KvOperation, KvResult>> calls = HistoryLines.read(Path.of(file));
                Verdict<KvOperation, KvResult> verdict =
                        LinearizabilityChecker.ofKeysAndValues(bound).check(calls);
                out.println(file + ": " + verdict);
                code = Math.max(code, verdict.isLinearizable() ? LINEARIZABLE : NOT_SHOWN);
            } catch (IOException | MalformedHistoryException e) {
                err.println("cannot read " + e.getMessage());
                code = CALLED_WRONGLY;
            }
        }
        return code;
    }
}
