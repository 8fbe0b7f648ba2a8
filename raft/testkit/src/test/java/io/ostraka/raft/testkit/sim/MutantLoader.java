package io.ostraka.raft.testkit.sim;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.util.Arrays;
import java.util.function.LongFunction;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** Loads all of Raft and its simulator a second time, with one mistake in it. */
@NullMarked
final class MutantLoader extends ClassLoader {

    private static final String ROOT = "io.ostraka.raft.";

    private final CodeMutant mutant;

    MutantLoader(CodeMutant mutant) {
        super(MutantLoader.class.getClassLoader());
        this.mutant = mutant;
    }

    /** Returns the run of a seed with the mistake in it. */
    @SuppressWarnings("unchecked")
    LongFunction<@Nullable String> seedRun() {
        try {
            return (LongFunction<@Nullable String>)
                    loadClass(SeedRun.class.getName()).getConstructor().newInstance();
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
        if (name.equals(mutant.className())) {
            bytes = mutate(bytes);
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

    private byte[] mutate(byte[] honest) {
        ClassFile files = ClassFile.of(
                ClassFile.ClassHierarchyResolverOption.of(ClassHierarchyResolver.ofResourceParsing(getParent())));
        ClassModel model = files.parse(honest);
        byte[] mutated = files.transformClass(
                model,
                ClassTransform.transformingMethods(
                        method -> method.methodName().equalsString(mutant.method()), mutant.change()));
        byte[] copied = files.transformClass(model, ClassTransform.ACCEPT_ALL);
        if (Arrays.equals(mutated, copied)) {
            throw new IllegalStateException(mutant + " changes nothing: " + mutant.className() + " has no such code");
        }
        return mutated;
    }
}
