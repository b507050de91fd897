; C#. The sections are described in common/syntax/querySource.ts.

;; definitions
(class_declaration name: (_) @name body: (_)? @body) @definition.class
(struct_declaration name: (_) @name body: (_)? @body) @definition.class
(record_declaration name: (_) @name body: (_)? @body) @definition.class
(interface_declaration name: (_) @name body: (_)? @body) @definition.interface
(enum_declaration name: (_) @name body: (_)? @body) @definition.enum
(namespace_declaration name: (_) @name body: (_) @body) @definition.namespace
(method_declaration name: (_) @name body: (_)? @body) @definition.method
(constructor_declaration name: (_) @name body: (_)? @body) @definition.method
(destructor_declaration name: (_) @name body: (_)? @body) @definition.method
(operator_declaration operator: _ @name body: (_)? @body) @definition.method
(local_function_statement name: (_) @name body: (_)? @body) @definition.function
(property_declaration name: (_) @name accessors: (_) @body) @definition.field
(event_declaration name: (_) @name accessors: (_) @body) @definition.field

;; values
(delegate_declaration name: (_) @name) @definition.type
(property_declaration name: (_) @name !accessors) @definition.field
(field_declaration (variable_declaration (variable_declarator name: (_) @name))) @definition.field
(event_field_declaration (variable_declaration (variable_declarator name: (_) @name))) @definition.field
(enum_member_declaration name: (_) @name) @definition.field
(record_declaration (parameter_list (parameter name: (_) @name) @definition.field))

;; references
(identifier) @reference
(member_access_expression expression: (_) @receiver name: (identifier) @reference)
(qualified_name qualifier: (_) @receiver name: (identifier) @reference)
(class_declaration name: (_) @declared)
(struct_declaration name: (_) @declared)
(record_declaration name: (_) @declared)
(interface_declaration name: (_) @declared)
(enum_declaration name: (_) @declared)
(enum_member_declaration name: (_) @declared)
(namespace_declaration name: (_) @declared)
(file_scoped_namespace_declaration name: (_) @declared)
(method_declaration name: (_) @declared)
(constructor_declaration name: (_) @declared)
(destructor_declaration name: (_) @declared)
(local_function_statement name: (_) @declared)
(property_declaration name: (_) @declared)
(event_declaration name: (_) @declared)
(delegate_declaration name: (_) @declared)
(variable_declarator name: (_) @declared)
(parameter name: (_) @declared)
(type_parameter name: (_) @declared)
(foreach_statement left: (identifier) @declared)
(catch_declaration name: (_) @declared)
(using_directive (identifier) @declared)

;; imports
(using_directive !name [(identifier) (qualified_name) (alias_qualified_name)] @import.module @import.everything) @import
(using_directive name: (_) @import.local [(qualified_name) (generic_name) (alias_qualified_name)] @import.module @import.everything) @import

;; outline
(method_declaration body: (_) @elided)
(constructor_declaration body: (_) @elided)
(destructor_declaration body: (_) @elided)
(operator_declaration body: (_) @elided)
(local_function_statement body: (_) @elided)
(accessor_declaration body: (_) @elided)
(lambda_expression body: (block) @elided)
(namespace_declaration) @opened

;; regions
(comment) @comment
[(string_literal) (verbatim_string_literal) (raw_string_literal) (character_literal) (interpolated_string_expression)] @string
(interpolation) @substitution
