# APP_SONAME(NAME, LIBS, WORD, FUNCTION, USUAL): define NAME_SONAME, the name by
# which dlopen(3) finds the library WORD that LIBS link and that has FUNCTION;
# USUAL where it cannot be read off a program.
AC_DEFUN([APP_SONAME], [
	AC_MSG_CHECKING([how $3 is named])
	app_save_LIBS=$LIBS
	LIBS="$2 $LIBS"
	app_soname=
	AC_LINK_IFELSE([AC_LANG_PROGRAM([[extern int $4(long);]],
		[[return $4(0);]])],
	    [app_soname=$(LC_ALL=C readelf -d conftest$ac_exeext 2>/dev/null |
		$SED -n 's/.*(NEEDED).*\@<:@\(lib.*\)\@:>@.*/\1/p' |
		grep "^$(echo "$5" | $SED 's/[[.]]so.*//')[[.]]" | head -n 1)],
	    [AC_MSG_ERROR([$3 does not link])])
	LIBS=$app_save_LIBS
	AS_IF([test "x$app_soname" = x], [app_soname=$5])
	AC_MSG_RESULT([$app_soname])
	AC_DEFINE_UNQUOTED([$1_SONAME], ["$app_soname"],
	    [the name by which $3 is loaded])
])
