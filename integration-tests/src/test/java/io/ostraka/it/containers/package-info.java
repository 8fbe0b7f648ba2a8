/** A cluster of containers, each with its own address: what happens to it under load, judged by the checker. */
@NullMarked
package io.ostraka.it.containers;

import org.jspecify.annotations.NullMarked;
