package io.ostraka.it.rules;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.MemberReferenceTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.SynchronizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import javax.lang.model.element.Modifier;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * The house style as a program: reads every source of a checkout and names each place that breaks a budget or a habit.
 *
 * <p>Sources are read with javac's own parser, so that a method's length or its parameters are counted and not guessed.
 * It needs nothing but the JDK, and runs in two seconds without a build:
 *
 * <pre>{@code java integration-tests/src/test/java/io/ostraka/it/rules/Tidy.java .}</pre>
 */
public final class Tidy {

    static final int FILE_LINES_MAX = 600;
    static final int METHOD_LINES_MAX = 70;
    /** Where palantir-java-format wraps. */
    static final int LINE_COLUMNS_MAX = 120;

    static final int PARAMETERS_MAX = 6;

    /** Names which say that a type has no subject of its own. */
    private static final Pattern EMPTY_NAME = Pattern.compile(".+(Utils?|Manager|Helper|Impl)");

    private static final Pattern UNFINISHED = Pattern.compile("\\b(TO" + "DO|FIX" + "ME)\\b");

    /** What makes a run depend on more than its inputs, as the call appears in source. */
    private static final Set<String> AMBIENT = Set.of(
            "System.nanoTime",
            "System.currentTimeMillis",
            "Thread.sleep",
            "Math.random",
            "ThreadLocalRandom.current",
            "Instant.now",
            "UUID.randomUUID",
            "new Random",
            "new SecureRandom");

    private static final Path ADAPTERS = Path.of("integration-tests/src/test/resources/adapters.txt");

    private final Adapters adapters;
    private final List<String> findings = new ArrayList<>();

    Tidy(Adapters adapters) {
        this.adapters = adapters;
    }

    /**
     * Checks the checkout named by the first argument, prints one line a finding, and exits 1 if there is any.
     *
     * @param args the checkout's directory
     * @throws IOException if a file cannot be read
     */
    public static void main(String[] args) throws IOException {
        List<String> findings = check(Path.of(args.length == 0 ? "." : args[0]));
        findings.forEach(System.err::println);
        System.exit(findings.isEmpty() ? 0 : 1);
    }

    /** Everything that is untidy in the checkout at {@code root}, one sentence each, in the order of the files. */
    static List<String> check(Path root) throws IOException {
        Tidy tidy = new Tidy(Adapters.parse(Files.readAllLines(root.resolve(ADAPTERS))));
        Set<String> packages = new TreeSet<>();
        Map<String, String> sources = new LinkedHashMap<>();
        for (Path file : sources(root)) {
            String path = root.relativize(file).toString().replace('\\', '/');
            String text = Files.readString(file);
            tidy.checkText(path, text);
            if (path.endsWith(".java")) {
                sources.put(path, text);
                if (isMain(path)) {
                    packages.add(path.substring(0, path.lastIndexOf('/')));
                }
            }
        }
        tidy.checkJava(sources);
        for (String directory : packages) {
            Path info = root.resolve(directory).resolve("package-info.java");
            if (!Files.exists(info) || !Files.readString(info).contains("@NullMarked")) {
                tidy.findings.add(directory + ": has no package-info.java with @NullMarked");
            }
        }
        for (Adapter unused : tidy.adapters.unused()) {
            tidy.findings.add(ADAPTERS + ": " + unused.path() + " does not use " + unused.call() + ", drop the line");
        }
        return List.copyOf(tidy.findings);
    }

    List<String> findings() {
        return List.copyOf(findings);
    }

    /** What needs no parser. */
    void checkText(String path, String text) {
        List<String> lines = text.lines().toList();
        boolean java = path.endsWith(".java");
        if (java && lines.size() > FILE_LINES_MAX) {
            findings.add(path + ": has " + lines.size() + " lines, more than " + FILE_LINES_MAX);
        }
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            String where = path + ":" + (i + 1) + ": ";
            if (java && line.length() > LINE_COLUMNS_MAX && !line.startsWith("import ")) {
                findings.add(where + "is " + line.length() + " columns wide, more than " + LINE_COLUMNS_MAX);
            }
            if (UNFINISHED.matcher(line).find()) {
                findings.add(where + "is unfinished; finish it or open an issue");
            }
        }
    }

    /** What needs a parser, of texts by their paths: one for all, since to make it takes longer than to use it. */
    void checkJava(Map<String, String> sources) throws IOException {
        List<Source> all = sources.entrySet().stream()
                .map(source -> new Source(source.getKey(), source.getValue()))
                .toList();
        if (all.isEmpty()) {
            return;
        }
        JavacTask task = (JavacTask)
                ToolProvider.getSystemJavaCompiler().getTask(null, null, _ -> {}, List.of("-proc:none"), null, all);
        DocTrees trees = DocTrees.instance(task);
        for (CompilationUnitTree unit : task.parse()) {
            String path = unit.getSourceFile().toUri().getPath();
            new FileScanner(path.substring(1), unit, trees).scan(unit, null);
        }
    }

    /** A text that is read as if it were a file. */
    private static final class Source extends SimpleJavaFileObject {

        private final String text;

        Source(String path, String text) {
            super(URI.create("string:///" + path), JavaFileObject.Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    static boolean isMain(String path) {
        return path.contains("src/main/java/");
    }

    private static List<Path> sources(Path root) throws IOException {
        List<Path> sources = new ArrayList<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                String name = directory.getFileName() == null
                        ? ""
                        : directory.getFileName().toString();
                boolean skip = name.equals("target") || (name.startsWith(".") && name.length() > 2);
                return skip && !directory.equals(root) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().matches(".*\\.(java|proto|xml|ya?ml|sh|toml)|.*/ostraka")) {
                    sources.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        sources.sort(null);
        return sources;
    }

    /** Walks one file's tree. A scanner of the JDK takes and gives a {@code Void}, which is always null. */
    @SuppressWarnings("VoidUsed")
    private final class FileScanner extends TreePathScanner<Void, Void> {
        private final String path;
        private final CompilationUnitTree unit;
        private final DocTrees trees;

        FileScanner(String path, CompilationUnitTree unit, DocTrees trees) {
            this.path = path;
            this.unit = unit;
            this.trees = trees;
        }

        @Override
        public Void visitClass(ClassTree type, Void nothing) {
            String name = type.getSimpleName().toString();
            if (EMPTY_NAME.matcher(name).matches()) {
                found(type, name + " says nothing about its subject; name what it is");
            }
            boolean published = isMain(path) && type.getModifiers().getFlags().contains(Modifier.PUBLIC);
            if (published && trees.getDocComment(getCurrentPath()) == null) {
                found(type, name + " is public and has no Javadoc");
            }
            return super.visitClass(type, nothing);
        }

        @Override
        public Void visitMethod(MethodTree method, Void nothing) {
            long lines = line(end(method)) - line(start(method)) + 1;
            if (lines > METHOD_LINES_MAX) {
                found(method, method.getName() + " has " + lines + " lines, more than " + METHOD_LINES_MAX);
            }
            int parameters = method.getParameters().size();
            if (parameters > PARAMETERS_MAX && !isCanonical(method)) {
                found(method, method.getName() + " has " + parameters + " parameters, more than " + PARAMETERS_MAX);
            }
            if (method.getModifiers().getFlags().contains(Modifier.SYNCHRONIZED)) {
                synchronizedIn(method);
            }
            return super.visitMethod(method, nothing);
        }

        @Override
        public Void visitSynchronized(SynchronizedTree block, Void nothing) {
            synchronizedIn(block);
            return super.visitSynchronized(block, nothing);
        }

        @Override
        public Void visitMethodInvocation(MethodInvocationTree call, Void nothing) {
            switch (call.getMethodSelect()) {
                case MemberSelectTree select ->
                    ambient(call, simple(select.getExpression()) + "." + select.getIdentifier());
                case IdentifierTree bare ->
                    AMBIENT.stream()
                            .filter(known -> known.endsWith("." + bare.getName()) && isImported(known))
                            .forEach(known -> ambient(call, known));
                default -> {}
            }
            return super.visitMethodInvocation(call, nothing);
        }

        @Override
        public Void visitMemberReference(MemberReferenceTree reference, Void nothing) {
            ambient(reference, simple(reference.getQualifierExpression()) + "." + reference.getName());
            return super.visitMemberReference(reference, nothing);
        }

        @Override
        public Void visitNewClass(NewClassTree creation, Void nothing) {
            // In a test, a generator with a seed is as repeatable as any other input.
            if (isMain(path) || creation.getArguments().isEmpty()) {
                ambient(creation, "new " + simple(creation.getIdentifier()));
            }
            return super.visitNewClass(creation, nothing);
        }

        private boolean isCanonical(MethodTree method) {
            Tree owner = getCurrentPath().getParentPath().getLeaf();
            if (!method.getName().contentEquals("<init>") || owner.getKind() != Tree.Kind.RECORD) {
                return false;
            }
            long components = ((ClassTree) owner)
                    .getMembers().stream()
                            .filter(member -> member instanceof VariableTree field
                                    && !field.getModifiers().getFlags().contains(Modifier.STATIC))
                            .count();
            return method.getParameters().size() == components;
        }

        private boolean isImported(String call) {
            return unit.getImports().stream()
                    .anyMatch(one -> one.isStatic()
                            && one.getQualifiedIdentifier().toString().endsWith("." + call));
        }

        private void ambient(Tree place, String call) {
            if (!AMBIENT.contains(call) || adapters.allows(path, call)) {
                return;
            }
            boolean counts = isMain(path) || call.equals("Thread.sleep") || call.startsWith("new ");
            if (!counts || path.endsWith("IT.java")) {
                return;
            }
            found(
                    place,
                    call + " belongs in an adapter (" + ADAPTERS.getFileName() + "); take the value as an argument");
        }

        private void synchronizedIn(Tree place) {
            if (path.startsWith("raft/core/")) {
                found(place, "raft/core is single-threaded, it has nothing to synchronize");
            }
        }

        private void found(Tree place, String what) {
            findings.add(path + ":" + line(start(place)) + ": " + what);
        }

        private long line(long position) {
            return unit.getLineMap().getLineNumber(position);
        }

        private long start(Tree tree) {
            return trees.getSourcePositions().getStartPosition(unit, tree);
        }

        private long end(Tree tree) {
            return trees.getSourcePositions().getEndPosition(unit, tree);
        }

        private static String simple(Tree expression) {
            String text = expression.toString();
            return text.substring(text.lastIndexOf('.') + 1);
        }
    }

    /**
     * One permission: this file may make this call.
     *
     * @param path the file, from the root of the checkout
     * @param call the call as {@link Tidy} names it, such as {@code System.nanoTime}
     */
    record Adapter(String path, String call) {}

    /** The files that stand between us and the clock, chance and sleep, and what each of them may call. */
    static final class Adapters {
        private final Set<Adapter> permitted;
        private final Set<Adapter> used = new HashSet<>();

        private Adapters(Set<Adapter> permitted) {
            this.permitted = permitted;
        }

        /** Reads lines {@code path | call | reason}; empty ones and those that start with # say nothing. */
        static Adapters parse(List<String> lines) {
            Set<Adapter> permitted =
                    new TreeSet<>(Comparator.comparing(Adapter::path).thenComparing(Adapter::call));
            for (String line : lines) {
                if (line.isBlank() || line.startsWith("#")) {
                    continue;
                }
                String[] parts = line.split("\\s*\\|\\s*", 3);
                if (parts.length < 3 || parts[2].isBlank()) {
                    throw new IllegalArgumentException("adapters.txt wants 'path | call | reason', not: " + line);
                }
                if (!AMBIENT.contains(parts[1])) {
                    throw new IllegalArgumentException("adapters.txt knows no call " + parts[1]);
                }
                permitted.add(new Adapter(parts[0], parts[1]));
            }
            return new Adapters(permitted);
        }

        boolean allows(String path, String call) {
            Adapter asked = new Adapter(path, call);
            if (permitted.contains(asked)) {
                used.add(asked);
                return true;
            }
            return false;
        }

        List<Adapter> unused() {
            return permitted.stream().filter(one -> !used.contains(one)).toList();
        }
    }
}
