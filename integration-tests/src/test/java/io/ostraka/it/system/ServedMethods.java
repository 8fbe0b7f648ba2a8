package io.ostraka.it.system;

import io.grpc.BindableService;
import io.grpc.ServerMethodDefinition;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The gRPC services that a life offers, and the thread on which its connections live. */
final class ServedMethods {

    private final SimulatedThreads.Queued thread;
    private final Map<String, ServerMethodDefinition<?, ?>> methods = new HashMap<>();

    ServedMethods(SimulatedThreads.Queued thread) {
        this.thread = thread;
    }

    SimulatedThreads.Queued thread() {
        return thread;
    }

    void offer(BindableService service) {
        for (ServerMethodDefinition<?, ?> method : service.bindService().getMethods()) {
            methods.put(method.getMethodDescriptor().getFullMethodName(), method);
        }
    }

    @Nullable
    ServerMethodDefinition<?, ?> find(String name) {
        return methods.get(name);
    }
}
