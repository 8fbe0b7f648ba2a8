package io.ostraka.it.smallscope;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Loads all of Ostraka and the search a second time, with some of its code changed. */
final class ChangedSystem extends ClassLoader {

    private static final String ROOT = "io.ostraka.";

    private final List<CodeChange> changes;
    private final Set<CodeChange> made = new HashSet<>();

    ChangedSystem(List<CodeChange> changes) {
        super(ChangedSystem.class.getClassLoader());
        this.changes = changes;
    }

    /**
     * Searches the changed system.
     *
     * @param run a class that is a {@code UnaryOperator<String[]>} with a public constructor of no parameters
     */
    @SuppressWarnings("unchecked")
    String[] search(Class<? extends UnaryOperator<String[]>> run, String[] words) {
        try {
            UnaryOperator<String[]> own = (UnaryOperator<String[]>)
                    loadClass(run.getName()).getConstructor().newInstance();
            String[] found = own.apply(words);
            if (made.size() < changes.size()) {
                throw new IllegalStateException("a class that is to be changed is not used by this search");
            }
            return found;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            if (!name.startsWith(ROOT)) {
                return super.loadClass(name, resolve);
            }
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : define(name);
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        byte[] bytes = read(name);
        for (CodeChange change : changes) {
            if (name.equals(ROOT + change.className())) {
                bytes = changed(bytes, change);
                made.add(change);
            }
        }
        return defineClass(name, bytes, 0, bytes.length);
    }

    private byte[] read(String name) throws ClassNotFoundException {
        try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    private byte[] changed(byte[] honest, CodeChange change) {
        ClassFile files = ClassFile.of(
                ClassFile.ClassHierarchyResolverOption.of(ClassHierarchyResolver.ofResourceParsing(getParent())));
        ClassModel model = files.parse(honest);
        byte[] mutated = files.transformClass(
                model,
                ClassTransform.transformingMethods(
                        method -> method.methodName().equalsString(change.method()), change.change()));
        byte[] copied = files.transformClass(model, ClassTransform.ACCEPT_ALL);
        if (Arrays.equals(mutated, copied)) {
            throw new IllegalStateException(change + " changes nothing: there is no such code");
        }
        return mutated;
    }
}
