/** Compiled samples of the client library, which the README quotes. */
@NullMarked
package io.ostraka.examples;

import org.jspecify.annotations.NullMarked;
