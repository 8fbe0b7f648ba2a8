package io.ostraka.raft.testkit.fuzz;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;

/** Changes messages field by field, so that most of what comes out is a message again. */
final class MessageMutations {

    private static final long[] NUMBERS = {
        0,
        1,
        2,
        3,
        4,
        7,
        -1,
        -2,
        100,
        1_000,
        16_384,
        65_536,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        Long.MAX_VALUE - 1,
    };

    private static final List<String> TEXTS =
            List.of("", "a:1", "x", ":", "a:99999", "[::1]:7", "\u0000", "\n", "\uD83D");

    private final RandomGenerator random;
    private final Message shape;

    MessageMutations(Message shape, RandomGenerator random) {
        this.shape = shape;
        this.random = random;
    }

    /** Returns a changed copy of one of the inputs; of one that is no message, a message with one field. */
    byte[] next(List<byte[]> inputs) {
        Message.Builder message = parse(inputs.get(random.nextInt(inputs.size())));
        Message other = parse(inputs.get(random.nextInt(inputs.size()))).buildPartial();
        do {
            change(message, other);
        } while (random.nextInt(3) > 0);
        return message.buildPartial().toByteArray();
    }

    private Message.Builder parse(byte[] input) {
        try {
            return shape.newBuilderForType().mergeFrom(input);
        } catch (InvalidProtocolBufferException e) {
            return shape.newBuilderForType();
        }
    }

    /** Changes one field of the message, or something below one. */
    private void change(Message.Builder message, Message other) {
        List<FieldDescriptor> fields = new ArrayList<>(message.getAllFields().keySet());
        boolean any = fields.isEmpty() || random.nextInt(4) == 0;
        List<FieldDescriptor> from = any ? message.getDescriptorForType().getFields() : fields;
        if (from.isEmpty()) {
            return;
        }
        FieldDescriptor field = from.get(random.nextInt(from.size()));
        if (field.isRepeated()) {
            changeList(message, field, other);
        } else if (random.nextInt(8) == 0) {
            message.clearField(field);
        } else if (random.nextInt(8) == 0 && isOf(other, field)) {
            message.setField(field, other.getField(field));
        } else {
            message.setField(field, changed(message, field, message.getField(field), other));
        }
    }

    private static boolean isOf(Message other, FieldDescriptor field) {
        return field.getContainingType().equals(other.getDescriptorForType());
    }

    private void changeList(Message.Builder message, FieldDescriptor field, Message other) {
        List<Object> list = new ArrayList<>();
        for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
            list.add(message.getRepeatedField(field, i));
        }
        int at = list.isEmpty() ? 0 : random.nextInt(list.size());
        switch (random.nextInt(list.isEmpty() ? 1 : 9)) {
            case 0 -> list.add(at, changed(message, field, empty(message, field), other));
            case 1 -> list.add(at, list.get(random.nextInt(list.size())));
            case 2 -> list.remove(at);
            case 3 -> Collections.swap(list, at, random.nextInt(list.size()));
            default -> list.set(at, changed(message, field, list.get(at), other));
        }
        message.setField(field, list);
    }

    private static Object empty(Message.Builder message, FieldDescriptor field) {
        return switch (field.getJavaType()) {
            case MESSAGE -> message.newBuilderForField(field).buildPartial();
            case ENUM -> field.getEnumType().getValues().getFirst();
            case BYTE_STRING -> ByteString.EMPTY;
            case STRING -> "";
            case BOOLEAN -> false;
            case INT -> 0;
            case LONG -> 0L;
            case FLOAT -> 0f;
            case DOUBLE -> 0d;
        };
    }

    private Object changed(Message.Builder message, FieldDescriptor field, Object old, Message other) {
        return switch (field.getJavaType()) {
            case MESSAGE -> {
                Message.Builder inner = message.newBuilderForField(field).mergeFrom((Message) old);
                change(inner, other);
                yield inner.buildPartial();
            }
            case ENUM -> any(field.getEnumType());
            case BYTE_STRING -> bytes((ByteString) old);
            case STRING -> TEXTS.get(random.nextInt(TEXTS.size()));
            case BOOLEAN -> random.nextBoolean();
            case INT -> (int) number((Integer) old);
            case LONG -> number((Long) old);
            case FLOAT -> random.nextFloat();
            case DOUBLE -> random.nextDouble();
        };
    }

    private Object any(EnumDescriptor type) {
        int number = random.nextInt(type.getValues().size() + 2);
        return type.findValueByNumberCreatingIfUnknown(number);
    }

    private long number(long old) {
        return random.nextInt(3) == 0 ? old + random.nextInt(5) - 2 : NUMBERS[random.nextInt(NUMBERS.length)];
    }

    private ByteString bytes(ByteString old) {
        byte[] bytes = new byte[random.nextInt(1 + random.nextInt(random.nextInt(20) == 0 ? 5_000 : 20))];
        random.nextBytes(bytes);
        return random.nextBoolean() ? old.concat(ByteString.copyFrom(bytes)) : ByteString.copyFrom(bytes);
    }
}
