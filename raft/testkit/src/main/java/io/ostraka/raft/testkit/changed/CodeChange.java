package io.ostraka.raft.testkit.changed;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.util.function.Consumer;

/**
 * One method of the system that does something else. It is changed when {@link ChangedSystem} reads its class.
 *
 * @param className the class, by its name below {@code io.ostraka}
 * @param method its method, all of that name
 * @param inLambdas whether the lambdas in it are changed, too
 * @param change how
 */
public record CodeChange(String className, String method, boolean inLambdas, MethodTransform change) {

    /** The class below {@code io.ostraka}. */
    public static ClassDesc named(String name) {
        return ClassDesc.of("io.ostraka." + name);
    }

    /** The method does only this. */
    public static CodeChange body(String className, String method, Consumer<CodeBuilder> code) {
        return new CodeChange(className, method, false, (builder, element) -> {
            if (element instanceof CodeModel) {
                builder.withCode(code);
            } else {
                builder.with(element);
            }
        });
    }

    /** The method, which has no result, does nothing. */
    public static CodeChange doesNothing(String className, String method) {
        return body(className, method, CodeBuilder::return_);
    }

    /** The method always says this. */
    public static CodeChange says(String className, String method, boolean answer) {
        return body(className, method, code -> code.loadConstant(answer ? 1 : 0).ireturn());
    }

    /** The method does this first. */
    public static CodeChange before(String className, String method, Consumer<CodeBuilder> code) {
        return new CodeChange(className, method, false, (builder, element) -> {
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
    public static CodeChange insteadOfCall(String className, String method, String called, Consumer<CodeBuilder> code) {
        return new CodeChange(className, method, true, MethodTransform.transformingCode((whole, element) -> {
            if (element instanceof InvokeInstruction call && called.equals(calledBy(call))) {
                code.accept(whole);
            } else {
                whole.with(element);
            }
        }));
    }

    /** The method does this after it has called another one, whose result is on the stack. */
    public static CodeChange afterCall(String className, String method, String called, Consumer<CodeBuilder> code) {
        return new CodeChange(className, method, true, MethodTransform.transformingCode((whole, element) -> {
            whole.with(element);
            if (element instanceof InvokeInstruction call && called.equals(calledBy(call))) {
                code.accept(whole);
            }
        }));
    }

    /**
     * The method calls, instead of another one, the static one of the same name in a class of the tests; the object
     * that the other one was called of is its first parameter.
     */
    public static CodeChange redirecting(String className, String method, String called, String replacement) {
        return new CodeChange(className, method, true, MethodTransform.transformingCode((whole, element) -> {
            if (element instanceof InvokeInstruction call && called.equals(calledBy(call))) {
                MethodTypeDesc type = call.typeSymbol();
                whole.invokestatic(
                        named(replacement),
                        call.name().stringValue(),
                        call.opcode() == Opcode.INVOKESTATIC
                                ? type
                                : type.insertParameterTypes(0, call.owner().asSymbol()));
            } else {
                whole.with(element);
            }
        }));
    }

    private static String calledBy(InvokeInstruction call) {
        return call.owner().asSymbol().displayName() + "." + call.name();
    }

    /**
     * The method does this where it reads or sets a field, whose object is on the stack, below the value if it sets it.
     */
    public static CodeChange insteadOfField(String className, String method, String field, Consumer<CodeBuilder> code) {
        return new CodeChange(className, method, true, MethodTransform.transformingCode((whole, element) -> {
            if (element instanceof FieldInstruction use && use.name().equalsString(field)) {
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
    public static CodeChange insteadBy(String className, String method, String replacement) {
        return new CodeChange(className, method, false, (builder, element) -> {
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

    /** Whether this is about a method of its class. */
    boolean isAbout(String name) {
        return name.equals(method) || (inLambdas && name.startsWith("lambda$" + method + "$"));
    }

    @Override
    public String toString() {
        return className + "." + method;
    }
}
