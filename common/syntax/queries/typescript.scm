; TypeScript and TSX, on top of ecmascript.scm.

;; definitions
(abstract_class_declaration name: (_) @name body: (_) @body) @definition.class
(interface_declaration name: (_) @name body: (_) @body) @definition.interface
(type_alias_declaration name: (_) @name) @definition.type
(enum_declaration name: (_) @name body: (_) @body) @definition.enum
(internal_module name: (_) @name body: (_)? @body) @definition.namespace
(module name: (_) @name body: (_)? @body) @definition.namespace
(function_signature name: (_) @name) @definition.function
(method_signature name: (_) @name) @definition.method
(abstract_method_signature name: (_) @name) @definition.method
(public_field_definition name: (_) @name value: [
  (arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)
] @value) @definition.method
(ambient_declaration (_) @wrapped) @wrapper

;; values
(public_field_definition name: (_) @name) @definition.field
(interface_body (property_signature name: (_) @name) @definition.field)
(type_alias_declaration value: (object_type (property_signature name: (_) @name) @definition.field))
(enum_body [(property_identifier) @name @definition.field (string) @name @definition.field
  (enum_assignment name: (_) @name) @definition.field])
(required_parameter (accessibility_modifier) pattern: (identifier) @name) @definition.field

;; references
(type_identifier) @reference
(nested_type_identifier module: (_) @receiver name: (type_identifier) @reference)
(abstract_class_declaration name: (_) @declared)
(interface_declaration name: (_) @declared)
(type_alias_declaration name: (_) @declared)
(enum_declaration name: (_) @declared)
(internal_module name: (_) @declared)
(module name: (_) @declared)
(function_signature name: (_) @declared)
(type_parameter name: (_) @declared)
(required_parameter pattern: (identifier) @declared)
(optional_parameter pattern: (identifier) @declared)
(required_parameter pattern: (rest_pattern (identifier) @declared))

;; imports
(import_statement (import_require_clause (identifier) @import.local source: (string) @import.module) @import.everything) @import

;; regions
(template_literal_type) @string
(template_type) @substitution
