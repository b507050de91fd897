; Rust. The sections are described in common/syntax/querySource.ts.

;; definitions
(function_item name: (_) @name body: (_) @body) @definition.function
(function_signature_item name: (_) @name) @definition.function
(struct_item name: (_) @name body: (_)? @body) @definition.class
(union_item name: (_) @name body: (_) @body) @definition.class
(enum_item name: (_) @name body: (_) @body) @definition.enum
(trait_item name: (_) @name body: (_) @body) @definition.interface
(mod_item name: (_) @name body: (_) @body) @definition.namespace
(impl_item type: [
  (type_identifier) @name
  (generic_type type: [(type_identifier) @name (scoped_type_identifier name: (_) @name)])
  (scoped_type_identifier name: (_) @name)
  (reference_type type: (type_identifier) @name)
  (primitive_type) @name] body: (_)? @body) @scope.impl
(macro_definition name: (_) @name) @definition.function
(attribute_item) @leading

;; values
(type_item name: (_) @name) @definition.type
(associated_type name: (_) @name) @definition.type
(const_item name: (_) @name) @definition.variable
(static_item name: (_) @name) @definition.variable
(field_declaration name: (_) @name) @definition.field
(enum_variant name: (_) @name) @definition.field

;; references
[(identifier) (type_identifier) (shorthand_field_identifier)] @reference
(field_expression value: (_) @receiver field: (field_identifier) @reference)
(scoped_identifier path: (_) @receiver name: (_) @reference)
(scoped_type_identifier path: (_) @receiver name: (_) @reference)
(function_item name: (_) @declared)
(function_signature_item name: (_) @declared)
(struct_item name: (_) @declared)
(union_item name: (_) @declared)
(enum_item name: (_) @declared)
(enum_variant name: (_) @declared)
(trait_item name: (_) @declared)
(mod_item name: (_) @declared)
(macro_definition name: (_) @declared)
(type_item name: (_) @declared)
(associated_type name: (_) @declared)
(const_item name: (_) @declared)
(static_item name: (_) @declared)
(type_parameter name: (_) @declared)
(let_declaration pattern: (identifier) @declared)
(parameter pattern: (identifier) @declared)
(closure_parameters (identifier) @declared)
(for_expression pattern: (identifier) @declared)
(tuple_pattern (identifier) @declared)
(mut_pattern (identifier) @declared)
(ref_pattern (identifier) @declared)
(lifetime (identifier) @declared)
(use_declaration argument: (identifier) @declared)
(use_declaration argument: (scoped_identifier name: (_) @declared))
(use_list (identifier) @declared)
(use_list (scoped_identifier name: (_) @declared))
(use_as_clause path: (identifier) @declared)
(use_as_clause path: (scoped_identifier name: (_) @declared))
(use_as_clause alias: (_) @declared)

;; imports
(use_declaration argument: [(crate) (identifier)] @import.module @import.local @import.everything) @import
(use_declaration argument: (scoped_identifier path: (_) @import.module name: (_) @import.name)) @import
(use_declaration argument: (use_as_clause path: (scoped_identifier path: (_) @import.module name: (_) @import.name)
  alias: (_) @import.alias)) @import
(use_declaration argument: (use_as_clause path: (identifier) @import.module @import.everything alias: (_) @import.local)) @import
(use_declaration argument: (use_wildcard (_) @import.module) @import.everything) @import
(use_declaration argument: (scoped_use_list path: (_) @import.module)) @import
(use_declaration argument: (scoped_use_list list: (use_list [
  (identifier) @import.name
  (scoped_identifier name: (_) @import.name)
  (use_as_clause path: [(identifier) @import.name (scoped_identifier name: (_) @import.name)] alias: (_) @import.alias)
  (use_wildcard) @import.everything
  (self) @import.everything
  (scoped_use_list list: (use_list [
    (identifier) @import.name
    (scoped_identifier name: (_) @import.name)
    (use_as_clause path: [(identifier) @import.name (scoped_identifier name: (_) @import.name)] alias: (_) @import.alias)]))])))
(mod_item name: (_) @import.module @import.local @import.everything !body) @import
(extern_crate_declaration name: (_) @import.module @import.local @import.everything) @import

;; outline
(function_item body: (block) @elided)
(macro_definition (macro_rule right: (_) @elided))
(mod_item) @opened

;; regions
[(line_comment) (block_comment)] @comment
[(string_literal) (raw_string_literal) (char_literal)] @string
