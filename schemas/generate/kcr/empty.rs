//! Empty: this package only pins dependencies.
