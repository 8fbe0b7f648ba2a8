package io.ostraka.it.smallscope;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.TypeKind;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.util.function.Consumer;

/**
 * One method of the system that does something else. It is changed when {@link ChangedSystem} reads its class, so
 * nothing that is built or shipped has a trace of it.
 *
 * @param className the class, by its name below {@code io.ostraka}
 * @param method its method
 * @param change how
 */
record CodeChange(String className, String method, MethodTransform change) {

    /** The class below {@code io.ostraka}. */
    static ClassDesc named(String name) {
        return ClassDesc.of("io.ostraka." + name);
    }

    /** The method does only this. */
    static CodeChange body(String className, String method, Consumer<CodeBuilder> code) {
        return new CodeChange(className, method, (builder, element) -> {
            if (element instanceof CodeModel) {
                builder.withCode(code);
            } else {
                builder.with(element);
            }
        });
    }

    /** The method does this first. */
    static CodeChange before(String className, String method, Consumer<CodeBuilder> code) {
        return new CodeChange(className, method, (builder, element) -> {
            if (element instanceof CodeModel model) {
                builder.withCode(whole -> {
                    code.accept(whole);
                    model.forEach(whole::with);
                });
            } else {
                builder.with(element);
            }
        });
    }

    /**
     * The method does this where it calls another one, whose arguments are on the stack.
     *
     * @param called the simple name of its class, a dot, and its name
     */
    static CodeChange insteadOfCall(String className, String method, String called, Consumer<CodeBuilder> code) {
        return new CodeChange(className, method, MethodTransform.transformingCode((whole, element) -> {
            if (element instanceof InvokeInstruction call
                    && called.equals(call.owner().asSymbol().displayName() + "." + call.name())) {
                code.accept(whole);
            } else {
                whole.with(element);
            }
        }));
    }

    /**
     * The method does what the one of the same name and parameters in a class of the tests does; of an instance, that
     * is its first parameter.
     */
    static CodeChange insteadBy(String className, String method, String replacement) {
        return new CodeChange(className, method, (builder, element) -> {
            if (element instanceof CodeAttribute code) {
                var honest = code.parent().orElseThrow();
                boolean isStatic = honest.flags().has(AccessFlag.STATIC);
                MethodTypeDesc type = honest.methodTypeSymbol();
                MethodTypeDesc called = isStatic ? type : type.insertParameterTypes(0, named(className));
                builder.withCode(whole -> {
                    int slot = 0;
                    for (ClassDesc parameter : called.parameterList()) {
                        TypeKind kind = TypeKind.from(parameter);
                        whole.loadLocal(kind, slot);
                        slot += kind.slotSize();
                    }
                    whole.invokestatic(named(replacement), method, called).return_(TypeKind.from(called.returnType()));
                });
            } else {
                builder.with(element);
            }
        });
    }
}
