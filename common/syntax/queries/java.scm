; Java. The sections are described in common/syntax/querySource.ts.

;; definitions
(class_declaration name: (_) @name body: (_) @body) @definition.class
(record_declaration name: (_) @name body: (_) @body) @definition.class
(interface_declaration name: (_) @name body: (_) @body) @definition.interface
(annotation_type_declaration name: (_) @name body: (_) @body) @definition.interface
(enum_declaration name: (_) @name body: (_) @body) @definition.enum
(method_declaration name: (_) @name body: (_)? @body) @definition.method
(constructor_declaration name: (_) @name body: (_) @body) @definition.method
(compact_constructor_declaration name: (_) @name body: (_) @body) @definition.method
(annotation_type_element_declaration name: (_) @name) @definition.method

;; values
(field_declaration declarator: (variable_declarator name: (identifier) @name)) @definition.field
(constant_declaration declarator: (variable_declarator name: (identifier) @name)) @definition.field
(enum_constant name: (_) @name) @definition.field
(record_declaration parameters: (formal_parameters (formal_parameter name: (identifier) @name) @definition.field))

;; references
[(identifier) (type_identifier)] @reference
(field_access object: (_) @receiver field: (identifier) @reference)
(method_invocation object: (_) @receiver name: (identifier) @reference)
(class_declaration name: (_) @declared)
(record_declaration name: (_) @declared)
(interface_declaration name: (_) @declared)
(annotation_type_declaration name: (_) @declared)
(enum_declaration name: (_) @declared)
(enum_constant name: (_) @declared)
(method_declaration name: (_) @declared)
(constructor_declaration name: (_) @declared)
(compact_constructor_declaration name: (_) @declared)
(variable_declarator name: (identifier) @declared)
(formal_parameter name: (identifier) @declared)
(catch_formal_parameter name: (identifier) @declared)
(enhanced_for_statement name: (identifier) @declared)
(resource name: (identifier) @declared)
(lambda_expression parameters: (identifier) @declared)
(inferred_parameters (identifier) @declared)
(type_parameter (type_identifier) @declared)
(package_declaration (identifier) @declared)
(package_declaration (scoped_identifier name: (_) @declared))
(import_declaration (identifier) @declared)
(import_declaration (scoped_identifier name: (_) @declared))

;; imports
(import_declaration (scoped_identifier name: (_) @import.name) @import.module . ";") @import
(import_declaration [(identifier) (scoped_identifier)] @import.module (asterisk) @import.everything) @import

;; outline
(method_declaration body: (block) @elided)
(constructor_declaration body: (_) @elided)
(compact_constructor_declaration body: (_) @elided)
(lambda_expression body: (block) @elided)

;; regions
[(line_comment) (block_comment)] @comment
[(string_literal) (character_literal)] @string
(string_interpolation) @substitution
