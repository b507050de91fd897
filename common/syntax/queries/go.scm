; Go. The sections are described in common/syntax/querySource.ts.

;; definitions
(function_declaration name: (_) @name body: (_)? @body) @definition.function
(method_declaration
  receiver: (parameter_list (parameter_declaration type: [
    (type_identifier) @container
    (generic_type type: (type_identifier) @container)
    (pointer_type [(type_identifier) @container (generic_type type: (type_identifier) @container)])]))
  name: (_) @name body: (_)? @body) @definition.method
(type_spec name: (_) @name type: (struct_type (field_declaration_list) @body)) @definition.class
(type_spec name: (_) @name type: (interface_type) @body) @definition.interface
(interface_type (method_elem name: (_) @name) @definition.method)
(short_var_declaration left: (expression_list . (identifier) @name .)
  right: (expression_list . (func_literal body: (_) @body) @value .)) @definition.function
(var_spec name: (identifier) @name value: (expression_list . (func_literal body: (_) @body) @value .)) @definition.function
(type_declaration . [(type_spec) (type_alias)] @wrapped .) @wrapper
(const_declaration . (const_spec) @wrapped .) @wrapper
(var_declaration . (var_spec) @wrapped .) @wrapper

;; values
(type_spec name: (_) @name type: [
  (type_identifier) (qualified_type) (generic_type) (pointer_type) (array_type) (slice_type) (map_type) (channel_type)
  (function_type) (parenthesized_type) (negated_type)]) @definition.type
(type_alias name: (_) @name) @definition.type
(const_spec name: (identifier) @name) @definition.variable
(var_spec name: (identifier) @name) @definition.variable
(field_declaration name: (field_identifier) @name) @definition.field

;; references
[(identifier) (type_identifier)] @reference
(selector_expression operand: (_) @receiver field: (_) @reference)
(qualified_type package: (_) @receiver name: (_) @reference)
(function_declaration name: (_) @declared)
(type_spec name: (_) @declared)
(type_alias name: (_) @declared)
(const_spec name: (identifier) @declared)
(var_spec name: (identifier) @declared)
(parameter_declaration name: (identifier) @declared)
(variadic_parameter_declaration name: (identifier) @declared)
(type_parameter_declaration name: (identifier) @declared)
(short_var_declaration left: (expression_list (identifier) @declared))
(range_clause left: (expression_list (identifier) @declared))

;; imports
(import_spec path: (_) @import.module @import.everything) @import
(import_spec !name path: (_) @import.last)
(import_spec name: (package_identifier) @import.local)

;; outline
(function_declaration body: (block) @elided)
(method_declaration body: (block) @elided)
(func_literal body: (block) @elided)

;; regions
(comment) @comment
[(interpreted_string_literal) (raw_string_literal) (rune_literal)] @string
