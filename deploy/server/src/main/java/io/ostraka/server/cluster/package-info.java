/** A whole cluster as child processes of this one: started, founded, killed and started again. */
@NullMarked
package io.ostraka.server.cluster;

import org.jspecify.annotations.NullMarked;
