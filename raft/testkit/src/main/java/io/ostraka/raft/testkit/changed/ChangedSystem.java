package io.ostraka.raft.testkit.changed;

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
import java.util.stream.Collectors;

/**
 * Loads all of Ostraka, its tests included, a second time, with some of its code changed. Everything else is what the
 * loader of this class has, so that both can speak with each other in the language's own types. Safe for use by several
 * threads.
 */
public final class ChangedSystem extends ClassLoader {

    private static final String ROOT = "io.ostraka.";

    private final List<CodeChange> changes;
    private final Set<CodeChange> unmade;

    /** The system with these changes. */
    public ChangedSystem(List<CodeChange> changes) {
        super(ChangedSystem.class.getClassLoader());
        this.changes = List.copyOf(changes);
        this.unmade = new HashSet<>(changes);
    }

    /**
     * An object of the changed system.
     *
     * @param type a class with a public constructor of no parameters
     * @return as a type that is not Ostraka's own
     */
    @SuppressWarnings("unchecked")
    public <T> T instance(Class<? extends T> type) {
        try {
            return (T) loadClass(type.getName()).getConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Fails if the changed system has run without one of the classes that are changed.
     *
     * @throws IllegalStateException if a change was not made
     */
    public synchronized void checkAllMade() {
        if (!unmade.isEmpty()) {
            throw new IllegalStateException("a class that is to be changed is not used: " + unmade);
        }
    }

    /**
     * Makes all changes, and has the machine verify what comes of them, without running anything.
     *
     * @throws IllegalStateException if one of them finds no code to change
     * @throws LinkageError if one of them makes code that no machine runs
     */
    public void makeAll() {
        try {
            for (String name : changes.stream().map(CodeChange::className).collect(Collectors.toSet())) {
                Class.forName(ROOT + name, true, this);
            }
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("there is no class " + e.getMessage(), e);
        }
        checkAllMade();
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
                made(change);
            }
        }
        return defineClass(name, bytes, 0, bytes.length);
    }

    private synchronized void made(CodeChange change) {
        unmade.remove(change);
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
                        method -> change.isAbout(method.methodName().stringValue()), change.change()));
        byte[] copied = files.transformClass(model, ClassTransform.ACCEPT_ALL);
        if (Arrays.equals(mutated, copied)) {
            throw new IllegalStateException(change + " changes nothing: there is no such code");
        }
        return mutated;
    }
}
