// Package ext stands in for a module that traefik replaces by a folder of its own tree
// and that no registry carries. Its types only extend traefik and add no field.
package ext

// HTTP extends the type of the same name.
type HTTP struct{}

// Router extends the type of the same name.
type Router struct{}

// DeepCopyInto copies nothing.
func (in *HTTP) DeepCopyInto(out *HTTP) {}

// DeepCopyInto copies nothing.
func (in *Router) DeepCopyInto(out *Router) {}
