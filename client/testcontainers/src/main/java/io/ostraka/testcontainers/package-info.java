/** A real Ostraka cluster in containers, for the tests of its users. */
@NullMarked
package io.ostraka.testcontainers;

import org.jspecify.annotations.NullMarked;
