package io.ostraka.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostraka.cli.JsonReader.MalformedJsonException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "true",
                "-12.5e3",
                "\"a\\\"b\\\\c\\n\"",
                "[]",
                "{}",
                "[1,[2,{\"a\":null}]]",
                "{\"key\":\"ὄ\",\"b\":[true,false]}",
                "\"\\ud800\"",
            })
    void whatIsReadIsWrittenAgain(String json) throws MalformedJsonException {
        assertThat(JsonReader.read(json).write()).isEqualTo(json);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[1,]",
                "{\"a\" 1}",
                "\"open",
                "\"\t\"",
                "\"\\x\"",
                "\"\\u12g4\"",
                "01",
                "1.",
                "+1",
                "nul",
                "1 2",
                "{\"a\":1,\"a\":2}",
                "'a'",
                "{a:1}"
            })
    void whatIsNoJsonIsRefusedWithItsColumn(String text) {
        assertThatThrownBy(() -> JsonReader.read(text))
                .isInstanceOf(MalformedJsonException.class)
                .hasMessageStartingWith("column ");
    }

    @Test
    void depthIsBounded() {
        assertThatThrownBy(() -> JsonReader.read("[".repeat(100_000)))
                .isInstanceOf(MalformedJsonException.class)
                .hasMessageContaining("deeply");
    }
}
